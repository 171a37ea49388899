namespace Gdws.Cli.Sweeps;

/// <summary>What the files in a sweep's folder are called.</summary>
internal static class SweepFolder
{
    public const string Results = "results.json";
    public const string Report = "report.html";
}
