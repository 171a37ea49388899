using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using Gdws.Cli.Output;
using Gdws.Cli.Sweeps;
using Spectre.Console;

namespace Gdws.Cli.Verbs;

/// <summary>Where a verb's output, messages and JSON go.</summary>
internal sealed class VerbContext : IDisposable
{
    private readonly TextWriter _error;
    private readonly JsonOutput? _json;
    private readonly ProgressDisplay _progress;
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public VerbContext(ParseResult arguments, CancellationToken cancellation)
    {
        InvocationConfiguration configuration = arguments.InvocationConfiguration;
        Cancellation = cancellation;
        _error = configuration.Error;
        string? json = arguments.CommandResult.Command.Options.Contains(SharedOptions.Json) ? arguments.GetValue(SharedOptions.Json) : null;
        OutputPath.RequireDistinct(arguments.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value), json);
        _json = json is null ? null : new JsonOutput(json, configuration.Output);
        Output = Terminal.Open(_json is { IsStandardOutput: true } ? TextWriter.Null : configuration.Output);
        _progress = new ProgressDisplay(Terminal.Open(_error));
    }

    /// <summary>The terminal or file that tables go to; nowhere where the JSON goes to standard output.</summary>
    public IAnsiConsole Output { get; }

    /// <summary>Asks the work to stop.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Seconds since the verb began.</summary>
    public double Seconds => Math.Round(_clock.Elapsed.TotalSeconds, 3);

    /// <summary>Prints a line to standard error that doesn't end the work.</summary>
    public void Warn(string message) => _error.WriteLine($"warning: {message}");

    /// <summary>Prints a line as it is: not wrapped, so that paths and commands in it can be copied.</summary>
    public void Line(string text = "") => Output.Profile.Out.Writer.WriteLine(text);

    /// <summary>Runs work that tells how far it is, with progress bars on a terminal.</summary>
    public T Track<T>(Func<IProgress<WorkProgress>, T> work) => _progress.Track(work);

    /// <summary>Writes the document where the user asked for it.</summary>
    public void WriteJson<T>(Func<T> document)
    {
        if (_json is not null)
            _json.Write(document());
    }

    /// <summary>Writes a sweep as its folder holds it: the same bytes, whichever of the two a report is made of.</summary>
    public void WriteJson(SweepResult result) => _json?.WriteText(SweepJson.Write(result));

    public void Dispose() => Output.Profile.Out.Writer.Flush();
}
