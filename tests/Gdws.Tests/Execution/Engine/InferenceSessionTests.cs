using Gdws.Execution.Engine;
using Gdws.Onnx;
using Gdws.Tests.Planning;

namespace Gdws.Tests.Execution.Engine;

public sealed class InferenceSessionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(33)]
    public void TheNumberOfThreads_DoesntChangeABit(int batch)
    {
        OnnxModel model = ConvolutionNetworks.Residual();
        float[] images = EngineComparison.Images(model, batch);
        float[] expected = EngineComparison.Run(new GdwsEngine(), model, images, batch);

        foreach (int threads in (int[])[2, 3, 5])
            Assert.Equal(expected, EngineComparison.Run(new GdwsEngine(), model, images, batch, threads));
    }

    [Fact]
    public void ABatch_GivesWhatItsImagesGiveOneByOne()
    {
        OnnxModel model = ConvolutionNetworks.Residual();
        const int batch = 70;
        using InferenceSession session = new GdwsEngine().Load(model);
        float[] images = EngineComparison.Images(model, batch);
        float[] together = new float[batch * session.Classes], single = new float[session.Classes];

        Run(session, images, batch, together);

        for (int i = 0; i < batch; i++)
        {
            Run(session, images.AsSpan(i * session.ImageLength, session.ImageLength), 1, single);
            Assert.Equal(single, together[(i * session.Classes)..((i + 1) * session.Classes)]);
        }
    }

    [Fact]
    public void BatchesOfChangingSizes_DontDisturbEachOther()
    {
        OnnxModel model = ConvolutionNetworks.Residual();
        using InferenceSession session = new GdwsEngine().Load(model, 2);
        float[] images = EngineComparison.Images(model, 9);
        foreach (int batch in (int[])[9, 1, 5, 9, 2, 1])
        {
            float[] logits = new float[batch * session.Classes];
            Run(session, images.AsSpan(0, batch * session.ImageLength), batch, logits);
            Assert.Equal(EngineComparison.Run(new GdwsEngine(), model, images[..(batch * session.ImageLength)], batch), logits);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ARun_AllocatesNothing(int threads)
    {
        const int batch = 40;
        OnnxModel model = ConvolutionNetworks.Residual();
        using InferenceSession session = new GdwsEngine().Load(model, threads);
        float[] images = EngineComparison.Images(model, batch), logits = new float[batch * session.Classes];
        Run(session, images, batch, logits);
        Run(session, images, batch, logits);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            Run(session, images, batch, logits);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task SessionsOfOneNetwork_RunAtTheSameTime()
    {
        OnnxModel model = ConvolutionNetworks.Residual();
        using InferenceSession first = new GdwsEngine().Load(model);
        float[] images = EngineComparison.Images(model, 6);
        float[] expected = EngineComparison.Run(new GdwsEngine(), model, images, 6);

        float[][] results = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() =>
        {
            using InferenceSession session = first.NewSession(1 + (i % 2));
            float[] logits = new float[expected.Length];
            for (int run = 0; run < 20; run++)
                Run(session, images, 6, logits);
            return logits;
        })));

        Assert.All(results, logits => Assert.Equal(expected, logits));
    }

    [Fact]
    public void ACancelledRun_StopsAndTheSessionGoesOn()
    {
        OnnxModel model = ConvolutionNetworks.Residual();
        using InferenceSession session = new GdwsEngine().Load(model, 2);
        float[] images = EngineComparison.Images(model, 2), logits = new float[2 * session.Classes];
        using CancellationTokenSource source = new();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => session.Run(images, 2, logits, source.Token));

        Run(session, images, 2, logits);
        Assert.Equal(EngineComparison.Run(new GdwsEngine(), model, images, 2), logits);
    }

    [Fact]
    public void ABufferOfTheWrongLength_IsRefused()
    {
        using InferenceSession session = new GdwsEngine().Load(ConvolutionNetworks.Residual());

        Assert.Throws<ArgumentOutOfRangeException>(() => Run(session, new float[session.ImageLength - 1], 1, new float[session.Classes]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Run(session, new float[session.ImageLength], 1, new float[session.Classes + 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Run(session, [], 0, []));
    }

    [Fact]
    public void ADisposedSession_SaysSo()
    {
        InferenceSession session = new GdwsEngine().Load(ConvolutionNetworks.Residual(), 2);
        float[] images = new float[session.ImageLength], logits = new float[session.Classes];
        Run(session, images, 1, logits);
        session.Dispose();
        session.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Run(session, images, 1, logits));
        Assert.Throws<ObjectDisposedException>(() => session.NewSession());
    }

    [Fact]
    public void ASessionLeftBehind_DoesntTakeTheWeightsFromOthers()
    {
        OnnxModel model = ConvolutionNetworks.Residual();
        InferenceSession first = new GdwsEngine().Load(model);
        using InferenceSession second = first.NewSession();
        first.Dispose();
        float[] images = EngineComparison.Images(model, 1), logits = new float[second.Classes];

        Run(second, images, 1, logits);

        Assert.Equal(EngineComparison.Run(new GdwsEngine(), model, images, 1), logits);
    }

    [Fact]
    public void AFile_IsLoaded()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            ConvolutionNetworks.Residual().Save(path);
            using InferenceSession session = InferenceSession.Load(path);

            Assert.Equal((3 * 16 * 16, 10), (session.ImageLength, session.Classes));
            Assert.Equal(Environment.ProcessorCount, session.Threads);
            Assert.True(session.WeightBytes > 0);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void TopK_IsSortedAndStable() =>
        Assert.Equal([(2, 5f), (1, 3f), (3, 3f)], InferenceSession.TopK([1, 3, 5, 3], 3));

    private static void Run(InferenceSession session, ReadOnlySpan<float> images, int batch, Span<float> logits) =>
        session.Run(images, batch, logits, TestContext.Current.CancellationToken);
}
