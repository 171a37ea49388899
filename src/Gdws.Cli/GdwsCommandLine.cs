using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Gdws.Cli.Demo;
using Gdws.Cli.Verbs;

namespace Gdws.Cli;

/// <summary>The program: reads the arguments, runs the verb, and turns what goes wrong into one line and an exit code.</summary>
internal static class GdwsCommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    /// <summary>The exit code of a program that was stopped by Ctrl-C, as shells expect it.</summary>
    public const int Stopped = 130;

    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellation = default) =>
        Run(args, output, error, new DemoSetup(), cancellation);

    internal static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, DemoSetup demo, CancellationToken cancellation)
    {
        (RootCommand root, ParseResult parsed) = Parse(args, demo);
        if (Mistake(parsed, root) is { } mistake)
        {
            string verb = parsed.CommandResult.Command is Verb command ? $"gdws {command.Name}" : "gdws";
            error.WriteLine($"error: {OneLine(mistake)} (see `{verb} --help`)");
            return WrongUsage;
        }

        bool verbose = parsed.GetValue(SharedOptions.Verbose);
        try
        {
            return parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }, cancellation).GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            return Report(exception, verbose, error);
        }
    }

    /// <summary>What is wrong with a command line, or null; nothing is run.</summary>
    internal static string? Mistake(IReadOnlyList<string> args)
    {
        (RootCommand root, ParseResult parsed) = Parse(args, new DemoSetup());
        return Mistake(parsed, root);
    }

    private static (RootCommand Root, ParseResult Parsed) Parse(IReadOnlyList<string> args, DemoSetup demo)
    {
        RootCommand root = Root(demo);
        return (root, root.Parse(args.Count == 0 ? ["--help"] : args, new ParserConfiguration
        {
            EnablePosixBundling = false,
            ResponseFileTokenReplacer = null,
        }));
    }

    private static string? Mistake(ParseResult parsed, RootCommand root)
    {
        if (parsed.Action is not (ParseErrorAction or null) && parsed.CommandResult.Command.Action != parsed.Action)
            return null;
        if (parsed.CommandResult.Command == root && parsed.UnmatchedTokens.Count > 0 && !parsed.UnmatchedTokens[0].StartsWith('-'))
            return $"unknown command '{parsed.UnmatchedTokens[0]}'; expected {string.Join(", ", root.Subcommands.Select(c => c.Name))}";

        // An unset variable of a script; no path, number or word is empty.
        if (parsed.CommandResult.Children.FirstOrDefault(c => c.Tokens.Any(t => string.IsNullOrWhiteSpace(t.Value))) is { } empty)
            return $"{(empty is OptionResult { Option.Name: var name } ? name : ((ArgumentResult)empty).Argument.Name)} is empty";

        // The parser takes a misspelt option of a verb with arguments for one more argument.
        string? option = parsed.Tokens.Where(t => t.Type == TokenType.Argument).Select(t => t.Value)
            .Concat(parsed.UnmatchedTokens).FirstOrDefault(LooksLikeOption);
        return option is not null ? $"unknown option {option}" : parsed.Errors.Count > 0 ? parsed.Errors[0].Message : null;
    }

    private static bool LooksLikeOption(string text) =>
        text.StartsWith("--", StringComparison.Ordinal) || (text.Length == 2 && text[0] == '-' && char.IsAsciiLetter(text[1]));

    private static RootCommand Root(DemoSetup demo)
    {
        RootCommand root = new("Makes trained convolutional networks faster without training; measures speed and accuracy before and after.")
        {
            HelpName = "gdws",
        };
        root.Add(SharedOptions.Verbose);
        foreach (Verb verb in AllVerbs(demo))
        {
            for (int i = 0; i < verb.Validators.Count; i++)
                verb.Validators[i] = WhereValuesCanBeRead(verb.Validators[i]);
            root.Add(verb);
        }

        HelpOption help = root.Options.OfType<HelpOption>().Single();
        foreach (string foreign in (string[])["/h", "/?", "-?"])
            help.Aliases.Remove(foreign);
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        return root;
    }

    /// <summary>
    /// A verb's validators run before the parser has judged the options one by one, and asking for the value of an option with a wrong
    /// text throws. The parser tells of that text itself, so there is nothing to add.
    /// </summary>
    private static Action<CommandResult> WhereValuesCanBeRead(Action<CommandResult> validator) => result =>
    {
        try
        {
            validator(result);
        }
        catch (InvalidOperationException)
        {
        }
    };

    private static IEnumerable<Verb> AllVerbs(DemoSetup demo) =>
    [
        new DemoVerb(demo),
        new ConvertVerb(),
        new InspectVerb(),
        new SensitivityVerb(),
        new ApproximateVerb(),
        new EvaluateVerb(),
        new MergeVerb(),
        new EvalRobustnessVerb(),
        new BenchmarkVerb(),
        new TrainVerb(),
        new PruneVerb(),
        new SweepVerb(),
        new CompareVerb(),
        new ReportVerb(),
        new DoctorVerb(),
        new CompletionVerb(),
    ];

    private static int Report(Exception exception, bool verbose, TextWriter error)
    {
        exception = (exception as AggregateException)?.Flatten().InnerExceptions[0] ?? exception;
        if (verbose)
            error.WriteLine(exception);

        switch (exception)
        {
            case OperationCanceledException:
                error.WriteLine("stopped");
                return Stopped;
            case GdwsException:
                error.WriteLine($"error: {OneLine(exception.Message)}");
                return Failed;
            case OutOfMemoryException:
                error.WriteLine("error: out of memory; a smaller --batch may help");
                return Failed;
            default:
                string more = verbose ? "" : "; --verbose shows where";
                error.WriteLine($"error: {exception.GetType().Name}: {OneLine(exception.Message)} (this is a defect of gdws{more})");
                return Failed;
        }
    }

    private static string OneLine(string message) =>
        string.Join(' ', message.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
