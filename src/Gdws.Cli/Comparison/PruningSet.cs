using Gdws.Cli.Sweeps;
using Gdws.Data;
using Gdws.Torch.Pruning;

namespace Gdws.Cli.Comparison;

/// <summary>The pruned networks that a comparison is to make.</summary>
/// <param name="Images">The images to train on.</param>
/// <param name="Options">One entry a network.</param>
/// <param name="Training">The options of <c>gdws prune</c> that ask for the same training; null where no command can name the images.</param>
internal sealed record PruningSet(IImageDataset Images, IReadOnlyList<PruningOptions> Options, string? Training)
{
    /// <summary>The name of a network's file.</summary>
    public static string FileOf(PruningOptions options) =>
        $"{PruningFigure.Word(options.Method)}{(IsIrregular(options) ? "" : $"-{PruningFigure.Word(options.Structure)}")}-{options.Ratio}.onnx";

    /// <summary>The network's name in tables.</summary>
    public static string NameOf(PruningOptions options)
    {
        string method = options.Method == PruningMethod.Magnitude ? "magnitude" : PruningFigure.Word(options.Method).ToUpperInvariant();
        return $"{method}, {PercentOf(options.Ratio)} {(IsIrregular(options) ? "zero" : $"of {PruningFigure.Word(options.Structure)}s")}";
    }

    /// <summary>A ratio for people.</summary>
    public static string PercentOf(double ratio) => $"{100 * ratio:0.##} %";

    /// <summary>How a report groups the network.</summary>
    public static NetworkKind KindOf(PruningOptions options) => options.Method switch
    {
        PruningMethod.Hydra => NetworkKind.Hydra,
        PruningMethod.Admm => NetworkKind.Admm,
        _ => NetworkKind.Magnitude,
    };

    /// <summary>The commands that make the networks, one each.</summary>
    /// <param name="dense">The dense network's file.</param>
    public IEnumerable<string> Commands(string dense)
    {
        if (Training is null)
            yield break;
        foreach (PruningOptions options in Options)
        {
            string structure = IsIrregular(options) ? "" : $" --structure {PruningFigure.Word(options.Structure)}";
            string search = options.Method == PruningMethod.Magnitude ? "" : $" --search-epochs {options.SearchEpochs}";
            string rounds = options.Method == PruningMethod.Admm ? $" --rounds {options.Rounds}" : "";
            yield return $"gdws prune {dense} --method {PruningFigure.Word(options.Method)} --ratio {options.Ratio}{structure}{search}{rounds} {Training} -o {FileOf(options)}";
        }
    }

    private static bool IsIrregular(PruningOptions options) => options.Structure == PruningStructure.Irregular;
}
