using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Execution;

public sealed class NetworkSignatureTests
{
    [Theory]
    [InlineData(0, null)]
    [InlineData(1, 1)]
    [InlineData(8, 8)]
    public void TheSignature_IsReadFromTheNetwork(int batch, int? expectedBatch)
    {
        NetworkSignature signature = NetworkSignature.Of(SmallNetworks.Classifier(batch));

        Assert.Equal(("images", "logits", expectedBatch), (signature.Input, signature.Output, signature.FixedBatch));
        Assert.Equal((3, 8, 6, 5), (signature.Channels, signature.Height, signature.Width, signature.Classes));
        Assert.Equal(3 * 8 * 6, signature.ImageLength);
    }

    [Fact]
    public void AnHalfPrecisionInput_IsRefusedWithTheCommandThatHelps()
    {
        OnnxModel model = SmallNetworks.Classifier(1, m => m.Graph.Input[0].Type.TensorType.ElemType = 10);

        GdwsException exception = Assert.Throws<GdwsException>(() => NetworkSignature.Of(model));

        Assert.Contains("float16", exception.Message, StringComparison.Ordinal);
        Assert.Contains("gdws convert", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOpenImageSize_IsRefused()
    {
        OnnxModel model = SmallNetworks.Classifier(1, m => m.Graph.Input[0].Type.TensorType.Shape.Dim[2].DimParam = "height");

        GdwsException exception = Assert.Throws<GdwsException>(() => NetworkSignature.Of(model));

        Assert.Contains("leaves its height open", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralInputs_AreNamed()
    {
        OnnxModel model = SmallNetworks.Classifier(1, m => m.Graph.Input.Add(TestNetwork.Value("mask", [1])));

        GdwsException exception = Assert.Throws<GdwsException>(() => NetworkSignature.Of(model));

        Assert.Contains("found 2: images, mask", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnInputThatIsNoImage_IsRefused()
    {
        OnnxModel model = SmallNetworks.Classifier(1, m => m.Graph.Input[0] = TestNetwork.Value("images", [1, 144]));

        GdwsException exception = Assert.Throws<GdwsException>(() => NetworkSignature.Of(model));

        Assert.Contains("is no image [N, C, H, W] but [1, 144]", exception.Message, StringComparison.Ordinal);
    }
}
