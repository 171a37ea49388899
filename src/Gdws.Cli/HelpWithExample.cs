using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Gdws.Cli.Output;
using Gdws.Cli.Verbs;

namespace Gdws.Cli;

/// <summary>The usual help, and below it the verb's example.</summary>
internal sealed class HelpWithExample : SynchronousCommandLineAction
{
    private readonly HelpAction _usual;

    public HelpWithExample(HelpAction usual)
    {
        _usual = usual;
        _usual.MaxWidth = Terminal.WidestLine;
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = _usual.Invoke(parseResult);
        IReadOnlyList<string> examples = parseResult.CommandResult.Command is Verb verb ? verb.Examples : ["gdws demo"];
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (string example in examples)
            output.WriteLine($"  {example}");
        return code;
    }
}
