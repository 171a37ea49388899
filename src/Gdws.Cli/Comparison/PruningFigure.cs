using Gdws.Torch.Pruning;

namespace Gdws.Cli.Comparison;

/// <summary>How a network was pruned.</summary>
/// <param name="Method"><c>hydra</c>, <c>admm</c> or <c>magnitude</c>.</param>
/// <param name="Ratio">The share of the weights, columns or filters that went in every layer.</param>
/// <param name="Structure">What went as a whole: <c>irregular</c>, <c>column</c> or <c>filter</c>.</param>
/// <param name="Weights">Weights of the pruned layers before.</param>
/// <param name="WeightsKept">Those that stay.</param>
/// <param name="RemovedChannels">Filters that are no longer in the network.</param>
/// <param name="Recipe">Everything that decided the result, by name.</param>
/// <param name="Stages">What it took, the search for what can go as one stage.</param>
internal sealed record PruningFigure(
    string Method,
    double Ratio,
    string Structure,
    long Weights,
    long WeightsKept,
    int RemovedChannels,
    IReadOnlyDictionary<string, string> Recipe,
    IReadOnlyList<StageFigure> Stages)
{
    public const string Search = "search";
    public const string FineTuning = "fine-tuning";

    public static PruningFigure Of(PruningOptions options, PruningResult result) => new(
        Word(options.Method),
        options.Ratio,
        Word(options.Structure),
        result.Weights,
        result.Kept,
        result.RemovedChannels,
        options.Describe(),
        [.. StagesOf(result.Stages)]);

    /// <summary>The word that asks for it on a command line.</summary>
    public static string Word<T>(T choice)
        where T : struct, Enum => choice.ToString().ToLowerInvariant();

    private static IEnumerable<StageFigure> StagesOf(IReadOnlyList<PruningStage> stages)
    {
        PruningStage[] search = [.. stages.SkipLast(1)];
        if (search.Length > 0)
        {
            yield return new StageFigure(
                Search, search.Sum(stage => stage.Training.Epochs.Count), Math.Round(search.Sum(stage => stage.Seconds), 3));
        }

        foreach (PruningStage stage in stages.TakeLast(1))
            yield return new StageFigure(FineTuning, stage.Training.Epochs.Count, stage.Seconds);
    }
}
