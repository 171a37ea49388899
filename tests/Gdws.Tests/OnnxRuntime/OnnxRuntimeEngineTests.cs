using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.OnnxRuntime;
using Gdws.Tests.Execution;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.OnnxRuntime;

public sealed class OnnxRuntimeEngineTests
{
    private const int ImageLength = 3 * 8 * 6;
    private const int Classes = 5;

    [Fact]
    public void Logits_AreThoseComputedByHand()
    {
        OnnxModel model = SmallNetworks.Classifier(0);
        float[] images = Images(2);

        float[] logits = Run(model, images, 2);

        float[] expected = [.. ByHand(model, images.AsSpan(0, ImageLength)), .. ByHand(model, images.AsSpan(ImageLength))];
        for (int i = 0; i < logits.Length; i++)
            Assert.Equal(expected[i], logits[i], 1e-5f);
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(3, 7)]
    [InlineData(3, 6)]
    [InlineData(8, 7)]
    public void ANetworkOfAFixedBatch_GivesWhatOneOfAnyBatchGives(int fixedBatch, int images)
    {
        float[] pixels = Images(images);

        float[] expected = Run(SmallNetworks.Classifier(0), pixels, images);
        float[] actual = Run(SmallNetworks.Classifier(fixedBatch), pixels, images);

        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-6f);
    }

    [Fact]
    public void TheSession_TellsWhatTheNetworkTakesAndGives()
    {
        using IEngineSession session = new OnnxRuntimeEngine().Load(SmallNetworks.Classifier(0), 1);

        Assert.Equal((ImageLength, Classes), (session.ImageLength, session.Classes));
    }

    [Fact]
    public void ARun_AllocatesNoCopyOfTheImages()
    {
        const int batch = 256;
        using IEngineSession session = new OnnxRuntimeEngine().Load(SmallNetworks.Classifier(0), 1);
        float[] images = Images(batch), logits = new float[batch * Classes];
        session.Run(images, batch, logits);

        long before = GC.GetAllocatedBytesForCurrentThread();
        session.Run(images, batch, logits);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 0, 10_000);
    }

    [Fact]
    public void AnOperatorThatOnnxRuntimeDoesntHave_IsNamedInOneLine()
    {
        OnnxModel known = SmallNetworks.Classifier(0);
        ModelProto proto = known.Proto.Clone();
        proto.Graph.Node[1].OpType = "Rellu";
        proto.Graph.Output[0] = TestNetwork.Value("logits", [0, Classes]);
        OnnxModel model = new(proto);

        GdwsException exception = Assert.Throws<GdwsException>(() => new OnnxRuntimeEngine().Load(model, 1));

        Assert.Contains("Rellu", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void ABufferOfTheWrongLength_IsRefused()
    {
        using IEngineSession session = new OnnxRuntimeEngine().Load(SmallNetworks.Classifier(0), 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => session.Run(new float[ImageLength], 2, new float[2 * Classes]));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Run(new float[ImageLength], 1, new float[Classes + 1]));
    }

    [Fact]
    public void LogitsThatKeepTheirSpatialDimensions_AreRead()
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 8, 6)
            .Weight("w", 5, 3, 1, 1)
            .Node("Conv", "map", ["images", "w"])
            .Node("GlobalAveragePool", "logits", ["map"])
            .Build("logits");

        float[] logits = Run(model, Images(3), 3);

        Assert.Equal(15, logits.Length);
        Assert.DoesNotContain(0f, logits);
    }

    private static float[] Run(OnnxModel model, float[] images, int batch)
    {
        using IEngineSession session = new OnnxRuntimeEngine().Load(model, 1);
        float[] logits = new float[batch * session.Classes];
        session.Run(images, batch, logits);
        return logits;
    }

    private static float[] Images(int count)
    {
        Random random = new(5);
        return [.. Enumerable.Range(0, count * ImageLength).Select(_ => random.NextSingle())];
    }

    private static float[] ByHand(OnnxModel model, ReadOnlySpan<float> image)
    {
        float[] weight = model.Constant("conv1.weight")!.ToSingles(), bias = model.Constant("conv1.bias")!.ToSingles();
        float[] linear = model.Constant("linear.weight")!.ToSingles(), linearBias = model.Constant("linear.bias")!.ToSingles();
        double[] means = new double[4];
        for (int m = 0; m < 4; m++)
        {
            for (int y = 0; y < 4; y++)
            {
                for (int x = 0; x < 3; x++)
                    means[m] += Math.Max(0, bias[m] + Pixel(image, weight, m, y, x)) / 12;
            }
        }

        return [.. Enumerable.Range(0, Classes).Select(k => (float)(linearBias[k] + Enumerable.Range(0, 4).Sum(m => linear[(k * 4) + m] * means[m])))];
    }

    private static double Pixel(ReadOnlySpan<float> image, float[] weight, int m, int y, int x)
    {
        double sum = 0;
        for (int c = 0; c < 3; c++)
        {
            for (int ky = 0; ky < 3; ky++)
            {
                for (int kx = 0; kx < 3; kx++)
                {
                    int row = (2 * y) + ky - 1, column = (2 * x) + kx - 1;
                    if (row is >= 0 and < 8 && column is >= 0 and < 6)
                        sum += image[(c * 48) + (row * 6) + column] * weight[(m * 27) + (c * 9) + (ky * 3) + kx];
                }
            }
        }

        return sum;
    }
}
