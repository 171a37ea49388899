using System.Text.Json;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Sweeps;
using Gdws.Execution;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Reports;

/// <summary>Reads what any verb wrote as the part of a sweep that it is.</summary>
internal static class SweepReading
{
    public const string DefaultTitle = "Results";

    /// <exception cref="JsonException">The document isn't what its keys promise.</exception>
    /// <exception cref="GdwsException">The document is no result of ours.</exception>
    public static SweepResult Of(ResultDocument document)
    {
        using JsonDocument json = JsonDocument.Parse(document.Text);
        JsonElement root = json.RootElement;
        if (Has("format", "networks"))
            return Sweep(document);
        if (Has("natural", "network"))
            return Evaluation(SweepJson.Read<EvaluateDocument>(document.Text));
        if (Has("macs_before", "output"))
            return Approximation(SweepJson.Read<ApproximateDocument>(document.Text));
        if (Has("results", "machine"))
            return Benchmark(SweepJson.Read<ThroughputReport>(document.Text));
        throw new InvalidFileException(document.Name, "is no result that a report can show; expected what sweep, demo, approximate, evaluate or benchmark wrote");

        bool Has(params string[] keys) => keys.All(key => root.TryGetProperty(key, out _));
    }

    private static SweepResult Sweep(ResultDocument document)
    {
        SweepResult result = SweepJson.Read<SweepResult>(document.Text);
        return result.Format == SweepResult.CurrentFormat
            ? result
            : throw new InvalidFileException(document.Name, $"has the format \"{result.Format}\", expected \"{SweepResult.CurrentFormat}\"");
    }

    private static SweepResult Evaluation(EvaluateDocument found) => new()
    {
        Title = DefaultTitle,
        Data = new SweepData(found.Data, found.Split, found.Images, found.Robust.Count > 0 ? found.Images : 0),
        Seed = found.Seed,
        Warnings = [.. found.Warnings.Select(warning => $"{Path.GetFileName(found.Network)}: [{warning.Id}] {warning.Message}")],
        Networks =
        [
            Named(found.Network, NetworkKind.Dense) with
            {
                Natural = new NaturalFigure(found.Natural.Correct, found.Images, found.Natural.Accuracy, found.Natural.Top5),
                Robust = [.. found.Robust.Select(robust => robust with { Images = found.Images })],
                Union = found.Union is { } union ? new UnionFigure(union.Threats, union.Correct, found.Images, union.Accuracy) : null,
            },
        ],
    };

    private static SweepResult Approximation(ApproximateDocument found) => new()
    {
        Title = DefaultTitle,
        Networks =
        [
            Named(found.Source, NetworkKind.Dense) with { Macs = found.MacsBefore, SpeedupMacs = 1 },
            Named(found.Output, NetworkKind.Gdws) with
            {
                Budget = found.Budget,
                Seconds = found.Seconds,
                Macs = found.MacsAfter,
                SpeedupMacs = found.SpeedupMacs,
                Layers = found.Layers,
            },
        ],
    };

    private static SweepResult Benchmark(ThroughputReport found) => new()
    {
        Title = DefaultTitle,
        Machine = found.Machine,
        Warnings = found.Warnings,
        Speed = new SpeedConditions(string.Join(", ", found.Results.Select(result => result.Engine).Distinct()), found.Batch, found.Threads, found.Rounds, null),
        Networks = [.. found.Results.DistinctBy(result => result.Network).Select((result, place) =>
            Named(result.Network, place == 0 ? NetworkKind.Dense : NetworkKind.Gdws) with
            {
                Fps = result.Fps,
                FpsLow = result.FpsLow,
                FpsHigh = result.FpsHigh,
                Runs = result.Runs,
                RatioToBaseline = result.RatioToBaseline,
            })],
    };

    private static NetworkResult Named(string file, NetworkKind kind)
    {
        string name = Path.GetFileName(file);
        return new NetworkResult { Name = Path.GetFileNameWithoutExtension(name), Kind = kind, Network = name };
    }

    private sealed record EvaluateDocument
    {
        public required string Network { get; init; }

        public required string Data { get; init; }

        public required string Split { get; init; }

        public required int Images { get; init; }

        public int? Seed { get; init; }

        public required NaturalCount Natural { get; init; }

        public IReadOnlyList<RobustFigure> Robust { get; init; } = [];

        public UnionAccuracy? Union { get; init; }

        public IReadOnlyList<EvaluationWarning> Warnings { get; init; } = [];
    }

    private sealed record NaturalCount(int Correct, double Accuracy, double Top5);

    private sealed record ApproximateDocument
    {
        public required string Source { get; init; }

        public required string Output { get; init; }

        public BudgetFigure? Budget { get; init; }

        public double? Seconds { get; init; }

        public required long MacsBefore { get; init; }

        public required long MacsAfter { get; init; }

        public double? SpeedupMacs { get; init; }

        public IReadOnlyList<LayerFigure> Layers { get; init; } = [];
    }
}
