using System.Globalization;

namespace Gdws.Cli.Output;

/// <summary>How wide a line may be.</summary>
internal static class ScreenWidth
{
    private const int Narrowest = 20;

    /// <summary>What <c>COLUMNS</c> says, or else the terminal's own width, or else (a file, a pipe) what can be read anywhere.</summary>
    /// <param name="columns">The environment variable <c>COLUMNS</c>; what is no number of at least 1 doesn't count.</param>
    /// <param name="terminal">The terminal's width; null where the output is none.</param>
    public static int Of(string? columns, int? terminal)
    {
        int width = int.TryParse(columns, NumberStyles.None, CultureInfo.InvariantCulture, out int asked) && asked > 0 ? asked : terminal ?? Terminal.WidestLine;
        return Math.Clamp(width, Narrowest, Terminal.WidestLine);
    }
}
