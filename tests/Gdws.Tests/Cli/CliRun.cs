using System.Text.Json;
using Gdws.Cli;
using Gdws.Cli.Demo;

namespace Gdws.Tests.Cli;

/// <summary>What a command printed and how it ended.</summary>
internal sealed record CliRun(int Code, string Output, string Error)
{
    public string[] OutputLines => Output.TrimEnd('\n').Split('\n');

    /// <summary>The one line on standard error of a command that failed.</summary>
    public string ErrorLine => Assert.Single(Error.TrimEnd('\n').Split('\n'));

    /// <summary>Standard output, which must hold a JSON document and nothing else.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static CliRun Of(params string[] args) => Of(TestContext.Current.CancellationToken, args);

    public static CliRun Of(CancellationToken cancellation, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int code = GdwsCommandLine.Run(args, output, error, cancellation);
        return new CliRun(code, output.ToString(), error.ToString());
    }

    public static CliRun Of(DemoSetup demo, CancellationToken cancellation, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int code = GdwsCommandLine.Run(args, output, error, demo, cancellation);
        return new CliRun(code, output.ToString(), error.ToString());
    }

    public static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];
}
