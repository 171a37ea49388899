using Gdws.Onnx;

namespace Gdws.Torch.Operators;

/// <summary>Reductions over axes.</summary>
internal static class Reductions
{
    public static TorchOperator Over(NodeContext node, Func<Tensor, long[], bool, Tensor> reduce)
    {
        long[] axes = node.IntegersOf("axes", 1) ?? [];
        bool keep = node.Node.Integer("keepdims", 1) != 0;
        if (axes.Length == 0 && node.Node.Integer("noop_with_empty_axes", 0) != 0)
            return inputs => inputs[0]!.alias();

        return inputs => reduce(inputs[0]!, axes.Length > 0 ? axes : [.. Enumerable.Range(0, (int)inputs[0]!.dim()).Select(axis => (long)axis)], keep);
    }
}
