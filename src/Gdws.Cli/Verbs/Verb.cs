using System.CommandLine;

namespace Gdws.Cli.Verbs;

/// <summary>One thing that the program does.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string description, params string[] examples) : base(name, description)
    {
        Examples = examples;
        SetAction((arguments, cancellation) => Task.Run(
            () =>
            {
                using VerbContext context = new(arguments, cancellation);
                Run(context, arguments);
                return GdwsCommandLine.Done;
            },
            CancellationToken.None));
    }

    /// <summary>Command lines for the help.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Does the work.</summary>
    /// <exception cref="GdwsException">The work failed.</exception>
    protected abstract void Run(VerbContext context, ParseResult arguments);
}
