using System.Runtime.InteropServices;
using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>
/// The masks of networks that HYDRA pruned (Sehwag et al. 2020). Beside the weight of a layer lies a score for each of its elements; in every layer for
/// itself the share k with the largest |score| is kept and the others count as zeros. Of n weights the ⌊(1 − k)·n⌋ with the lowest |score| go.
/// </summary>
internal static class HydraMasks
{
    private const string Scores = ".popup_scores";
    private const string Weight = ".weight";

    /// <summary>The layers that have scores.</summary>
    public static string[] LayersOf(StateDict state) =>
        [.. state.Where(IsScore).Select(tensor => tensor.Name[..^Scores.Length])];

    /// <summary>The checkpoint without scores, its weights as they are.</summary>
    public static StateDict WithoutScores(StateDict state) =>
        state.Any(IsScore) ? new StateDict(state.Where(tensor => !IsScore(tensor)), state.Source) : state;

    /// <summary>The checkpoint with masked weights and without scores.</summary>
    /// <param name="state">The parameters.</param>
    /// <param name="keep">k, above 0 and at most 1; null where nobody said so.</param>
    /// <exception cref="GdwsException">There are scores but no k or the other way round, or a score doesn't suit its weight.</exception>
    public static StateDict Apply(StateDict state, double? keep)
    {
        string[] layers = LayersOf(state);
        if (keep is { } share && !(share is > 0 and <= 1))
            throw new GdwsException($"the share of weights that a mask keeps must be above 0 and at most 1, found {share}");
        if (layers.Length == 0)
        {
            return keep is null ? state : throw new GdwsException(
                $"{state.Source}: has no popup_scores, so a share of weights to keep (--keep) has nothing to apply to; zeros among its weights stay zeros");
        }

        if (keep is null)
        {
            throw new GdwsException($"{state.Source}: {layers.Length} layers have popup_scores ({layers[0]}{Scores}, …): a pruned HYDRA checkpoint"
                + " whose masks keep a share k of the weights that the file doesn't tell; say it (convert --keep 0.1 where 90 % are pruned),"
                + " or take the dense file of that run (model_best_dense.pth.tar)");
        }

        return new StateDict(state.Where(tensor => !IsScore(tensor)).Select(tensor => Masked(state, tensor, keep.Value)), state.Source);
    }

    private static CheckpointTensor Masked(StateDict state, CheckpointTensor tensor, double keep)
    {
        string layer = tensor.Name.EndsWith(Weight, StringComparison.Ordinal) ? tensor.Name[..^Weight.Length] : tensor.Name;
        if (layer == tensor.Name || !state.TryGet(layer + Scores, out CheckpointTensor? scores))
            return tensor;
        if (!scores.Shape.SequenceEqual(tensor.Shape))
        {
            throw new GdwsException(
                $"{state.Source}: {scores.Name}: expected the shape of {tensor.Name}, {tensor.ShapeText}, found {scores.ShapeText}");
        }

        float[] magnitudes = Finite(state, scores);
        for (int i = 0; i < magnitudes.Length; i++)
            magnitudes[i] = MathF.Abs(magnitudes[i]);
        float[] weights = Finite(state, tensor);

        // Of equal scores the one that stands first goes first, so that the result doesn't depend on how a sort treats them.
        int[] order = [.. Enumerable.Range(0, weights.Length).OrderBy(i => magnitudes[i])];
        foreach (int i in order.Take((int)((1 - keep) * weights.Length)))
            weights[i] = 0;
        return tensor with { Type = ElementType.Float32, Bytes = MemoryMarshal.AsBytes(weights.AsSpan()).ToArray() };
    }

    private static float[] Finite(StateDict state, CheckpointTensor tensor)
    {
        if (tensor.Type is not (ElementType.Float16 or ElementType.BFloat16 or ElementType.Float32 or ElementType.Float64))
            throw new GdwsException($"{state.Source}: {tensor.Name} holds {tensor.Type.Name()}, expected real numbers");
        if (tensor.Bytes.Length != tensor.Length * tensor.Type.Size())
            throw new GdwsException($"{state.Source}: {tensor.Name} {tensor.ShapeText} has {tensor.Bytes.Length:N0} bytes, which isn't what its shape needs");
        float[] values = tensor.ToSingles();
        int wrong = Array.FindIndex(values, value => !float.IsFinite(value));
        return wrong < 0
            ? values
            : throw new GdwsException($"{state.Source}: {tensor.Name}: value {wrong:N0} of {values.Length:N0} is {values[wrong]}; it must be finite");
    }

    private static bool IsScore(CheckpointTensor tensor) => tensor.Name.EndsWith(Scores, StringComparison.Ordinal);
}
