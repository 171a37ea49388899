using Gdws.Data;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch;

/// <summary>Small networks for tests of the torch room, and plain ways to run them.</summary>
internal static class TorchNetworks
{
    /// <summary>One operator between the images and a flatten.</summary>
    public static OnnxModel Of(string operatorName, int[] image, Action<NodeProto>? attributes = null, string[]? more = null, Action<TestNetwork>? constants = null, int opset = 17)
    {
        TestNetwork network = new(opset, [0, .. image]);
        constants?.Invoke(network);
        return network
            .Node(operatorName, "result", ["images", .. more ?? []], attributes)
            .Node("Flatten", "logits", ["result"])
            .Build("logits");
    }

    /// <summary>logits = W·x + b of the flattened images.</summary>
    public static OnnxModel Linear(int[] image, float[][] weight, float[] bias)
    {
        int length = image.Aggregate((a, b) => a * b);
        return new TestNetwork(17, [0, .. image])
            .With("w", [weight.Length, length], [.. weight.SelectMany(row => row)])
            .With("b", [bias.Length], bias)
            .Node("Flatten", "flat", ["images"])
            .Node("Gemm", "logits", ["flat", "w", "b"], node => node.With("transB", 1))
            .Build("logits");
    }

    public static TestNetwork With(this TestNetwork network, string name, int[] shape, params float[] values) =>
        network.Change(model => model.Graph.Initializer.Add(OnnxTensor.Create(name, shape, values)));

    public static float[] Random(int count, int seed, float low = -1, float high = 1)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => low + ((high - low) * random.NextSingle()))];
    }

    public static float[] Run(OnnxModel model, float[] images, int batch = 1, TorchNetworkOptions? options = null)
    {
        using TorchNetwork network = new(model, options: options);
        using Tensor input = Images(network, images, batch);
        using Tensor logits = network.Forward(input);
        return Values(logits);
    }

    public static Tensor Images(TorchNetwork network, float[] images, int batch) =>
        torch.tensor(images).reshape(batch, network.Channels, network.Height, network.Width);

    public static float[] Values(Tensor tensor)
    {
        using Tensor single = tensor.detach().to(torch.ScalarType.Float32).contiguous();
        return [.. single.data<float>()];
    }

    public static AttackResult Attack(this IAttack attack, TorchNetwork network, Tensor images, IReadOnlyList<int> labels, IReadOnlyList<int> indices) =>
        attack.Run(network, images, labels, indices, TestContext.Current.CancellationToken);

    public static EvaluationResult Evaluate(
        this RobustnessEvaluation evaluation, TorchNetwork network, IImageDataset data, IProgress<EvaluationProgress>? progress = null) =>
        evaluation.Run(network, data, progress, TestContext.Current.CancellationToken);

    public static void Near(IReadOnlyList<float> expected, IReadOnlyList<float> actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
            Assert.True(expected[i] == actual[i] || Math.Abs(expected[i] - actual[i]) <= tolerance, $"value {i}: expected {expected[i]}, found {actual[i]}");
    }
}
