using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Cli.Output;

namespace Gdws.Cli.Verbs;

/// <summary>What <c>inspect</c> shows of a checkpoint.</summary>
internal static class CheckpointInspection
{
    private const string Scores = ".popup_scores";

    /// <summary>From this share of zeros on they are no accident, and shown.</summary>
    private const double LeastSparsity = 0.01;

    public static void Show(VerbContext context, string file)
    {
        Checkpoint checkpoint = Checkpoint.Load(file);
        string? architecture = Architecture.Detect(checkpoint.State);
        context.Line($"{file}: {checkpoint.Format.Name()} checkpoint, "
            + (architecture is null ? "of no architecture that gdws knows" : $"looks like {architecture}"));
        foreach ((string key, string value) in checkpoint.Metadata)
            context.Line($"{key}: {value}");
        context.Line();

        double?[] zeros = [.. checkpoint.State.Select(ShareOfZeros)];
        bool isPruned = checkpoint.State.Where((tensor, i) => IsWeight(tensor) && zeros[i] >= LeastSparsity).Any();
        FigureTable table = new FigureTable().Words("tensor", "type").Figures("shape", "elements");
        if (isPruned)
            table.Figures("zeros");
        foreach ((CheckpointTensor tensor, double? share) in checkpoint.State.Zip(zeros))
        {
            string[] cells = [tensor.Name, tensor.Type.Name(), tensor.ShapeText, $"{tensor.Length:N0}"];
            table.Row(isPruned ? [.. cells, IsWeight(tensor) ? $"{100 * share:F1} %" : ""] : cells);
        }

        table.Print(context.Output);
        context.Line();
        context.Line($"{checkpoint.State.Count:N0} tensors, {Quantity.Large(checkpoint.State.Sum(t => t.Length))} elements,"
            + $" {checkpoint.State.Sum(t => t.Bytes.Length) / 1e6:F1} MB");
        if (isPruned)
        {
            (double Zeros, long All)[] weights =
                [.. checkpoint.State.Zip(zeros).Where(pair => IsWeight(pair.First) && pair.Second is not null).Select(pair => (pair.Second!.Value * pair.First.Length, pair.First.Length))];
            context.Line($"pruned: {Quantity.Share(weights.Sum(w => w.Zeros), weights.Sum(w => w.All))} of the weights are zero");
        }

        bool hasScores = checkpoint.State.Any(tensor => tensor.Name.EndsWith(Scores, StringComparison.Ordinal));
        if (hasScores)
            context.Line("pruned by HYDRA, masks not applied yet: of the weights of a layer the share K with the largest scores is kept, which the file doesn't tell");
        if (architecture is not null)
        {
            string network = Path.ChangeExtension(file, ".onnx");
            string keep = hasScores ? "--keep K " : "";
            context.Line($"`gdws convert {file} {keep}-o {network}` makes a network of it (--normalize as it was trained)");
        }

        context.WriteJson(() => new
        {
            Checkpoint = file,
            Format = checkpoint.Format.Name(),
            Architecture = architecture,
            Tensors = checkpoint.State.Zip(zeros).Select(pair => new
            {
                pair.First.Name,
                Dtype = pair.First.Type.Name(),
                pair.First.Shape,
                Sparsity = pair.Second is { } share ? Math.Round(share, 6) : (double?)null,
            }),
        });
    }

    private static bool IsWeight(CheckpointTensor tensor) => tensor.Shape.Count >= 2 && tensor.Name.EndsWith("weight", StringComparison.Ordinal);

    /// <summary>The share of elements that are zero; null where they are no real numbers or there are none.</summary>
    private static double? ShareOfZeros(CheckpointTensor tensor)
    {
        bool isReal = tensor.Type is ElementType.Float16 or ElementType.BFloat16 or ElementType.Float32 or ElementType.Float64;
        if (!isReal || tensor.Length == 0)
            return null;
        float[] values = tensor.ToSingles();
        return (double)values.Count(value => value == 0) / values.Length;
    }
}
