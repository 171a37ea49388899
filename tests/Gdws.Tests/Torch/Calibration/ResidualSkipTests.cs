using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using Gdws.Torch.Calibration;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch.Calibration;

public sealed class ResidualSkipTests
{
    [Fact]
    public void TheLastConvolutionOfABlock_HasItsSkip()
    {
        OnnxModel model = TinyNetworks.Residual();

        Assert.Equal("ra", ResidualSkip.Of(model, Layer(model, "c"), _ => false)!.Value);
        Assert.Null(ResidualSkip.Of(model, Layer(model, "b"), _ => false));
        Assert.Null(ResidualSkip.Of(model, Layer(model, "d"), _ => false));
    }

    [Fact]
    public void ASkipThatIsStillToBeApproximated_IsNone()
    {
        OnnxModel model = TinyNetworks.Residual();

        Assert.Null(ResidualSkip.Of(model, Layer(model, "c"), name => name == "a"));
    }

    [Fact]
    public void BehindANormalisation_TheCorrectionIsDividedByItsScale()
    {
        OnnxModel model = Normalised();
        ResidualSkip skip = ResidualSkip.Of(model, Layer(model, "c"), _ => false)!;
        using TorchNetwork network = new(model, options: new TorchNetworkOptions { FoldBatchNormalization = false });
        Tensor images = rand(2, 3, 5, 5), others = rand(2, 3, 5, 5);
        using TorchRun dense = network.Start(images), other = network.Start(others);

        Tensor correction = skip.Correction(dense, other);

        // The corrected output goes through the normalisation and makes good for the whole difference, but for the channel that is switched off.
        Tensor scale = tensor(new float[] { 2 / MathF.Sqrt(4 + 1e-5f), 0, -3 / MathF.Sqrt(0.25f + 1e-5f) }).reshape(1, 3, 1, 1);
        Tensor expected = (images - others) * tensor(new float[] { 1, 0, 1 }).reshape(1, 3, 1, 1);
        Assert.True(allclose(expected, correction * scale, 1e-4, 1e-5));
    }

    private static ConvolutionLayer Layer(OnnxModel model, string name) => model.Convolutions.Single(layer => layer.Name == name);

    private static OnnxModel Normalised() => new TestNetwork(17, 1, 3, 5, 5)
        .Weight("c.weight", 3, 3, 3, 3)
        .Node("Conv", "c", ["images", "c.weight"], n => n.WithList("pads", 1, 1, 1, 1))
        .Change(m => m.Graph.Initializer.Add(new TensorProto[]
        {
            OnnxTensor.Create("gamma", [3], [2f, 0, -3]),
            OnnxTensor.Create("beta", [3], [0f, 0, 0]),
            OnnxTensor.Create("mean", [3], [0f, 0, 0]),
            OnnxTensor.Create("variance", [3], [4f, 1, 0.25f]),
        }))
        .Node("BatchNormalization", "n", ["c", "gamma", "beta", "mean", "variance"])
        .Node("Add", "sum", ["images", "n"])
        .Node("GlobalAveragePool", "pool", ["sum"])
        .Node("Flatten", "logits", ["pool"])
        .Build("logits");
}
