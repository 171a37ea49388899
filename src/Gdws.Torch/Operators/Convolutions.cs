using Gdws.Onnx;

namespace Gdws.Torch.Operators;

/// <summary>Convolution in two dimensions.</summary>
internal static class Convolutions
{
    public static TorchOperator Convolve(NodeContext node)
    {
        long[] kernel;
        if (node.TryConstant(1, out Tensor? weight))
        {
            if (weight.dim() != 4)
                throw node.Error($"only convolutions of images are supported: expected a weight [M, C, K, K], found [{string.Join(", ", weight.shape)}]");
            kernel = weight.shape[2..];
        }
        else
        {
            kernel = node.Node.Integers("kernel_shape") ?? throw node.Error("a weight that is computed needs kernel_shape");
        }

        Window window = Window.Of(node, kernel);
        long groups = node.Node.Integer("group", 1);
        if (groups < 1)
            throw node.Error($"group must be at least 1, found {groups}");

        return inputs => TrainingMode.Multiply(node.Training, inputs, factors =>
        {
            Tensor x = factors[0]!;
            Padding padding = window.PaddingFor(x);
            if (padding.IsSymmetric)
                return torch.nn.functional.conv2d(x, factors[1]!, Bias(factors), window.Strides, [padding.Top, padding.Left], window.Dilations, groups);

            using Tensor padded = padding.Apply(x, 0);
            return torch.nn.functional.conv2d(padded, factors[1]!, Bias(factors), window.Strides, [0, 0], window.Dilations, groups);
        });
    }

    private static Tensor? Bias(Tensor?[] inputs) => inputs.Length > 2 ? inputs[2] : null;
}
