using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using Gdws.Torch.Calibration;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch.Calibration;

public sealed class LayerGeometryTests
{
    public LayerGeometryTests() => TorchRuntime.Initialize();

    [Theory]
    [InlineData(1, 1, 1, 1, 1, 1)]
    [InlineData(2, 1, 0, 0, 1, 1)]
    [InlineData(2, 2, 2, 1, 0, 3)]
    [InlineData(3, 1, 0, 2, 1, 0)]
    public void Patches_AreWhatTheConvolutionMultipliesItsWeightBy(int stride, int dilation, int top, int left, int bottom, int right)
    {
        ConvolutionLayer layer = Layer(stride, dilation, [top, left, bottom, right]);
        LayerGeometry geometry = new(layer);
        Tensor x = randn(2, 3, 9, 8), weight = randn(4, 3, 3, 2);
        long[] positions = [0, 2, geometry.Positions - 1];
        Tensor padded = nn.functional.pad(x, [left, right, top, bottom]);
        Tensor y = nn.functional.conv2d(padded, weight, null, [stride, stride], [0, 0], [dilation, dilation]);

        Tensor products = geometry.Patches(x, positions).mm(weight.flatten(1).t());

        Assert.Equal((layer.OutputSize.Height, layer.OutputSize.Width), ((int)y.shape[2], (int)y.shape[3]));
        Assert.True(allclose(LayerGeometry.At(y, positions), products, 1e-4, 1e-5));
        Assert.True(allclose(y, geometry.Convolve(x, weight, zeros(4)), 1e-4, 1e-5));
        Assert.True(allclose(y.mean([2, 3]), geometry.MeanPatches(x).mm(weight.flatten(1).t()), 1e-4, 1e-5));
    }

    [Fact]
    public void Positions_AreDrawnByTheSeedWithoutRepetition()
    {
        LayerGeometry geometry = new(Layer(1, 1, [0, 0, 0, 0]));

        long[] drawn = geometry.Draw(1, 2, 3, 10);

        Assert.Equal(drawn, geometry.Draw(1, 2, 3, 10));
        Assert.NotEqual(drawn, geometry.Draw(1, 2, 4, 10));
        Assert.NotEqual(drawn, geometry.Draw(2, 2, 3, 10));
        Assert.Equal(10, drawn.Distinct().Count());
        Assert.Equal(drawn.Order(), drawn);
        Assert.All(drawn, position => Assert.InRange(position, 0, geometry.Positions - 1));
        Assert.Equal(geometry.Positions, geometry.Draw(1, 2, 3, 1000).Length);
    }

    private static ConvolutionLayer Layer(int stride, int dilation, long[] pads) => new TestNetwork(17, 1, 3, 9, 8)
        .Weight("w", 4, 3, 3, 2)
        .Node("Conv", "y", ["images", "w"], n => n.WithList("pads", pads).WithList("strides", stride, stride).WithList("dilations", dilation, dilation))
        .Build("y").Convolutions[0];
}
