using System.CommandLine;
using Gdws.Cli.Completion;

namespace Gdws.Cli.Verbs;

/// <summary>Prints what makes a shell complete gdws's commands.</summary>
internal sealed class CompletionVerb : Verb
{
    private readonly Argument<string> _shell = new("SHELL") { Description = string.Join(", ", CompletionScripts.Shells) };

    public CompletionVerb() : base(
        "completion",
        "Prints a script that makes a shell complete verbs, options and their values",
        "source <(gdws completion bash)",
        "gdws completion fish | source")
    {
        _shell.AcceptOnlyFromAmong(CompletionScripts.Shells);
        Add(_shell);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        TextWriter writer = context.Output.Profile.Out.Writer;
        writer.Write(CompletionScripts.For(arguments.GetRequiredValue(_shell)).ReplaceLineEndings("\n"));
    }
}
