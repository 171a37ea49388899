using Spectre.Console;

namespace Gdws.Cli.Output;

/// <summary>Opens a writer as a terminal: colours and lines where it is one, plain text where it is a file or pipe.</summary>
internal static class Terminal
{
    /// <summary>No line is longer, so that tables can be pasted and read anywhere.</summary>
    public const int WidestLine = 100;

    public static IAnsiConsole Open(TextWriter writer)
    {
        AnsiConsoleOutput output = new(writer);
        bool plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")); // no-color.org
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = output,
            Ansi = output.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = output.IsTerminal && !plain ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        console.Profile.Width = ScreenWidth.Of(Environment.GetEnvironmentVariable("COLUMNS"), output.IsTerminal ? output.Width : null);
        return console;
    }
}
