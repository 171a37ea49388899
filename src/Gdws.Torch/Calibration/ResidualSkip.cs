using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Torch.Calibration;

/// <summary>
/// The value that a convolution's output is added to at the end of a residual block. An error of it can be made good by the convolution: its target is then
/// dense output + (dense skip − approximated skip).
/// </summary>
/// <param name="Value">The skip's name in the graph.</param>
/// <param name="Scale">
/// What the convolution's output is multiplied by on its way to the addition, <c>[M]</c> (a batch normalisation); null where there is nothing between.
/// </param>
internal sealed record ResidualSkip(string Value, float[]? Scale)
{
    // A channel that the normalisation all but switches off would ask for a huge correction.
    private const float LeastScale = 1e-3f;

    /// <summary>Finds the skip of a convolution.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">The convolution.</param>
    /// <param name="isPending">Whether a convolution of that output is still to be approximated when this one is fitted.</param>
    /// <returns>Null where its output isn't added to anything, or to something that isn't settled yet.</returns>
    public static ResidualSkip? Of(OnnxModel network, ConvolutionLayer layer, Func<string, bool> isPending)
    {
        ArgumentNullException.ThrowIfNull(network);
        string value = layer.Output;
        float[]? scale = null;
        if (network.Consumers(value) is [{ OpType: "BatchNormalization" } normalization] && normalization.Input[0] == value)
        {
            scale = ScaleOf(network, normalization);
            if (scale is null)
                return null;
            value = normalization.Output[0];
        }

        if (network.Consumers(value) is not [{ OpType: "Add" } sum] || network.IsOutput(value))
            return null;
        string other = sum.Input[0] == value ? sum.Input[1] : sum.Input[0];
        if (other == value || network.Constant(other) is not null || !SameShape(network, value, other) || DependsOnPending(network, other, isPending))
            return null;
        return new ResidualSkip(other, scale);
    }

    /// <summary>What is added to the convolution's target.</summary>
    /// <param name="dense">The dense network's run.</param>
    /// <param name="approximated">The approximated network's run.</param>
    /// <returns><c>[N, M, H, W]</c>.</returns>
    public Tensor Correction(TorchRun dense, TorchRun approximated)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor difference = dense.Value(Value).Minus(approximated.Value(Value));
        if (Scale is not null)
        {
            float[] inverse = [.. Scale.Select(s => Math.Abs(s) < LeastScale * Scale.Max(Math.Abs) || s == 0 ? 0 : 1 / s)];
            difference *= torch.tensor(inverse, difference.dtype, difference.device).reshape(1, -1, 1, 1);
        }

        return difference.MoveToOuterDisposeScope();
    }

    private static bool SameShape(OnnxModel network, string one, string other) =>
        network.Shapes.TryGetValue(one, out TensorShape? first) && network.Shapes.TryGetValue(other, out TensorShape? second)
        && first.ToString() == second.ToString();

    private static bool DependsOnPending(OnnxModel network, string value, Func<string, bool> isPending)
    {
        HashSet<string> seen = [value];
        Stack<string> open = new([value]);
        while (open.TryPop(out string? name))
        {
            if (isPending(name))
                return true;
            foreach (string input in network.Producer(name)?.Input ?? [])
            {
                if (input.Length > 0 && seen.Add(input))
                    open.Push(input);
            }
        }

        return false;
    }

    private static float[]? ScaleOf(OnnxModel network, NodeProto normalization)
    {
        if (network.Constant(normalization.Input[1])?.ToSingles() is not { } gamma || network.Constant(normalization.Input[4])?.ToSingles() is not { } variance)
            return null;
        float epsilon = normalization.Real("epsilon", 1e-5f);
        return [.. gamma.Zip(variance, (g, v) => g / MathF.Sqrt(v + epsilon))];
    }
}
