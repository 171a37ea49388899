using Gdws.Tests.Torch.Calibration;
using Gdws.Torch;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch;

public sealed class TorchRunTests : IDisposable
{
    private readonly TorchNetwork _network = new(TinyNetworks.Residual(), options: new TorchNetworkOptions { FoldBatchNormalization = false });
    private readonly Tensor _images = rand(3, 2, 8, 7);

    [Fact]
    public void TheOutput_IsThatOfAWholeRun()
    {
        using TorchRun run = _network.Start(_images);

        Assert.True(allclose(_network.Forward(_images), run.Output, 0, 0));
    }

    [Fact]
    public void AValue_IsThereFromTheFirstQuestionUntilItsReadersHaveRun()
    {
        using TorchRun run = _network.Start(_images);

        Tensor first = run.Value("ra");
        _ = run.Value("b");

        // The residual addition still reads it.
        Assert.Same(first, run.Value("ra"));
        _ = run.Value("sum");
        Assert.Throws<GdwsException>(() => run.Value("ra"));
        Assert.Throws<GdwsException>(() => run.Value("nothing"));
    }

    [Fact]
    public void AKeptValue_StaysToTheEnd()
    {
        using TorchRun run = _network.Start(_images);
        run.Keep("ra");

        _ = run.Output;

        Assert.Equal([3, 6, 8, 7], run.Value("ra").shape);
    }

    [Fact]
    public void AFork_GoesItsOwnWay()
    {
        using TorchRun run = _network.Start(_images);
        Tensor input = run.Value("rb").clone();
        using (TorchRun fork = run.Fork())
        {
            fork.Replace("c", zeros(3, 6, 8, 7));
            Assert.False(allclose(_network.Forward(_images), fork.Output));
        }

        Assert.True(allclose(input, run.Value("rb"), 0, 0));
        Assert.True(allclose(_network.Forward(_images), run.Output, 0, 0));
    }

    [Fact]
    public void AReplacedValue_IsWhatFollowsIsComputedFrom()
    {
        using TorchRun reference = _network.Start(_images);
        reference.Keep("d");
        Tensor expected = reference.Output;
        using TorchRun run = _network.Start(_images);

        run.Replace("d", reference.Value("d").clone());

        Assert.True(allclose(expected, run.Output, 0, 0));
        Assert.Throws<GdwsException>(() => run.Replace("d", zeros(1)));
    }

    public void Dispose()
    {
        _network.Dispose();
        _images.Dispose();
    }
}
