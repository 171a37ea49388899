using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Execution;
using Gdws.Execution.Engine;
using Gdws.Execution.Engine.Kernels;
using Gdws.Onnx;
using Gdws.Planning;
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

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void TheNumberOfThreads_DoesntChangeABitOfWholeTiles(int batch)
    {
        OnnxModel model = ConvolutionNetworks.Wide();
        float[] images = EngineComparison.Images(model, batch);
        float[] expected = EngineComparison.Run(new GdwsEngine(), model, images, batch);

        EngineComparison.AssertAgreeOnAllInstructionSets(model, batch);
        foreach (int threads in (int[])[2, 3, 5])
            Assert.Equal(expected, EngineComparison.Run(new GdwsEngine(), model, images, batch, threads));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ThreadsThatAreWokenInBetween_ComputeTheSame(int threads)
    {
        OnnxModel model = ConvolutionNetworks.Residual();
        float[] images = EngineComparison.Images(model, 3);
        using InferenceSession session = new GdwsEngine().Load(model, threads);
        float[] logits = new float[3 * session.Classes];

        for (int round = 0; round < 50; round++)
        {
            ((IThreadedSession)session).WakeThreads();
            Array.Clear(logits);
            Run(session, images, 3, logits);
            Assert.Equal(EngineComparison.Run(new GdwsEngine(), model, images, 3), logits);
            Thread.Sleep(round % 10);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ABatch_GivesWhatItsImagesGiveOneByOne(bool isWide)
    {
        OnnxModel model = isWide ? ConvolutionNetworks.Wide() : ConvolutionNetworks.Residual();
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
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public void ARun_AllocatesNothing(int threads, bool isWide)
    {
        const int batch = 40;
        OnnxModel network = isWide ? ConvolutionNetworks.Wide() : ConvolutionNetworks.Residual();
        OnnxModel model = isWide ? network : Planner.WithKernelsPerChannel(Spectra.Of(network), 1.5).ApplyTo(network);
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

    /// <summary>Whoever disposes waits for the run in progress; whoever runs later is told.</summary>
    [Fact]
    public async Task DisposalDuringRuns_EndsThemCleanly()
    {
        OnnxModel model = ConvolutionNetworks.Wide();
        float[] images = EngineComparison.Images(model, 8);
        float[] expected = EngineComparison.Run(new GdwsEngine(), model, images, 8);
        for (int round = 0; round < 10; round++)
        {
            InferenceSession session = new GdwsEngine().Load(model, 2);
            Task<int> runs = Task.Run(() => RunUntilDisposed(session, images, expected));
            await Task.Delay(round, TestContext.Current.CancellationToken);
            session.Dispose();

            Assert.True(await runs >= 0);
        }
    }

    /// <summary>Twice the weights and twice the largest map of the images that run together; tiny networks are left out, whose tiles weigh more.</summary>
    [Theory]
    [InlineData("models/prn18_cifar10_linf8.pth", 0, 1)]
    [InlineData("models/prn18_cifar10_linf8.pth", 0, 32)]
    [InlineData("models/prn18_cifar10_linf8.pth", 1, 1)]
    [InlineData("models/vgg16_cifar10_linf8.pth", 0, 32)]
    [InlineData("models/prn18w16_fmnist_linf25.pth", 0, 1)]
    public void TheMemoryOfASession_IsAtMostTwiceWeightsAndMaps(string file, int kernelsPerChannel, int batch)
    {
        OnnxModel network = Architecture.Build("auto", Checkpoint.Load(SharedFiles.Find(file)).State);
        OnnxModel model = kernelsPerChannel == 0 ? network : Planner.WithKernelsPerChannel(Spectra.Of(network), kernelsPerChannel).ApplyTo(network);
        CompiledNetwork compiled = new(model, InstructionSets.Best);
        using InferenceSession session = new(compiled, 1);
        Run(session, EngineComparison.Images(model, batch), batch, new float[batch * session.Classes]);

        long weights = sizeof(float) * model.Convolutions.Sum(layer => layer.Parameters);
        long largest = compiled.Steps.SelectMany(step => step.Outputs).Max(map => (long)map.Channels * map.Height * map.Width)
            * sizeof(float) * Math.Min(batch, compiled.ImagesAtOnce);
        Assert.InRange(session.WeightBytes + session.MapBytes, weights, 2 * (weights + largest));
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

    private static int RunUntilDisposed(InferenceSession session, float[] images, float[] expected)
    {
        float[] logits = new float[expected.Length];
        for (int runs = 0; ; runs++)
        {
            try
            {
                Run(session, images, 8, logits);
            }
            catch (Exception exception) when (exception is ObjectDisposedException or InvalidOperationException)
            {
                return runs;
            }

            Assert.Equal(expected, logits);
        }
    }

    private static void Run(InferenceSession session, ReadOnlySpan<float> images, int batch, Span<float> logits) =>
        session.Run(images, batch, logits, TestContext.Current.CancellationToken);
}
