using Gdws.Onnx;

namespace Gdws.Torch.Operators;

/// <summary>Batch normalisation, local response normalisation, softmax.</summary>
internal static class Normalizations
{
    public static TorchOperator Batch(NodeContext node)
    {
        double epsilon = node.Node.Real("epsilon", 1e-5f);
        if (node.Node.Integer("training_mode", 0) != 0)
            throw node.Error("is in training mode; export the network for inference");

        // ONNX says what share of the statistics is kept, libtorch what share is new.
        TrainingMode? mode = node.Training;
        double renewed = 1 - node.Node.Real("momentum", 0.9f);
        return inputs => torch.nn.functional.batch_norm(
            inputs[0]!, inputs[3]!, inputs[4]!, inputs[1], inputs[2], training: mode is { Learns: true }, renewed, epsilon);
    }

    public static TorchOperator LocalResponse(NodeContext node)
    {
        long size = node.Node.Integer("size", 0);
        if (size < 1)
            throw node.Error($"size must be at least 1, found {size}");
        double alpha = node.Node.Real("alpha", 1e-4f);
        double beta = node.Node.Real("beta", 0.75f);
        double bias = node.Node.Real("bias", 1f);
        return inputs => torch.nn.functional.local_response_norm(inputs[0]!, size, alpha, beta, bias);
    }

    public static TorchOperator Softmax(NodeContext node) => OverAxis(node, (x, axis) => torch.nn.functional.softmax(x, axis));

    public static TorchOperator LogSoftmax(NodeContext node) => OverAxis(node, (x, axis) => torch.nn.functional.log_softmax(x, axis));

    private static TorchOperator OverAxis(NodeContext node, Func<Tensor, long, Tensor> function)
    {
        if (node.Opset >= 13)
        {
            long axis = node.Node.Integer("axis", -1);
            return inputs => function(inputs[0]!, axis);
        }

        // Before version 13 the axis and all that follow it were one.
        long first = node.Node.Integer("axis", 1);
        return inputs =>
        {
            Tensor x = inputs[0]!;
            if (first == x.dim() - 1 || first == -1)
                return function(x, first);
            using Tensor flat = x.flatten(first);
            using Tensor result = function(flat, -1);
            return result.reshape(x.shape);
        };
    }
}
