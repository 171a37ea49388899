using System.CommandLine;
using Gdws.Cli.Doctor;
using Gdws.Data;
using Gdws.Execution;
using Spectre.Console;

namespace Gdws.Cli.Verbs;

/// <summary>Tells what works on this machine, and why the rest doesn't.</summary>
internal sealed class DoctorVerb : Verb
{
    private const int Indentation = 2;
    private const int WidestName = 20;
    private const int StateWidth = 7;
    private const int LeastDetail = 24;

    private readonly Option<string[]> _data = new("--data")
    {
        Description = "Also look at these images, e.g. cifar10:cifar-10-batches-bin; may be given several times",
        HelpName = "KIND:PATH",
    };

    public DoctorVerb() : base(
        "doctor",
        "Tells which engines, instruction sets, GPUs and data work on this machine, and why the others don't",
        "gdws doctor",
        "gdws doctor --data cifar10:cifar-10-batches-bin --json -")
    {
        _data.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                try
                {
                    DatasetSpecification.Parse(text);
                }
                catch (GdwsException exception)
                {
                    result.AddError(exception.Message);
                }
            }
        });
        _data.CompletionSources.Add(SharedOptions.DataKinds);
        Add(_data);
        Add(SharedOptions.Json);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        IReadOnlyList<Finding> findings = Examination.Run(arguments.GetValue(_data) ?? [], context.Output, context.Cancellation);
        Show(context.Output, findings);
        context.Line();
        string[] failed = [.. findings.Where(finding => finding.Works == false).Select(finding => finding.Name)];
        context.Line(failed.Length == 0 ? "all that was tried works here" : $"doesn't work here: {string.Join(", ", failed)}");
        context.WriteJson(() => new
        {
            Version = ProgramVersion.Current,
            Machine = MachineDescription.Current,
            Findings = findings.Select(f => new { f.Area, f.Name, f.Works, f.Detail }),
        });
    }

    /// <summary>Name, state and details; details go on below each other, and stand on lines of their own where the screen is narrow.</summary>
    internal static void Show(IAnsiConsole console, IReadOnlyList<Finding> findings)
    {
        int names = Math.Min(WidestName, findings.Max(f => f.Name.Length));
        int column = Indentation + names + Indentation + StateWidth;
        bool narrow = console.Profile.Width - column < LeastDetail;
        foreach (IGrouping<string, Finding> area in findings.GroupBy(f => f.Area))
        {
            console.WriteLine(area.Key, new Style(decoration: Decoration.Bold));
            foreach (Finding finding in area)
            {
                string state = finding.Works switch { true => "works", false => "no", null => "" };
                string head = $"{new string(' ', Indentation)}{finding.Name.PadRight(names)}{new string(' ', Indentation)}{state.PadRight(StateWidth)}";
                bool ownLine = narrow || finding.Name.Length > names;
                int indentation = ownLine ? 2 * Indentation : column;
                if (ownLine)
                    console.WriteLine($"{new string(' ', Indentation)}{finding.Name}{(state.Length > 0 ? ": " : "")}{state}");
                List<string> lines = [.. Wrapped(finding.Detail, console.Profile.Width - indentation)];
                for (int i = 0; i < lines.Count; i++)
                    console.WriteLine((i == 0 && !ownLine ? head : new string(' ', indentation)) + lines[i]);
            }
        }
    }

    /// <summary>A text in lines, broken between words, and within a word that is longer than a line (a path).</summary>
    internal static IEnumerable<string> Wrapped(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line += line.Length > 0 ? $" {word}" : word;
            while (line.Length > width)
            {
                yield return line[..width];
                line = line[width..];
            }
        }

        if (line.Length > 0)
            yield return line;
    }
}
