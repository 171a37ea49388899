using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Calibration;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch.Calibration;

[Collection(SteadyThreads.Name)]
public sealed class CalibrationImagesTests
{
    private const double Epsilon = 0.06;

    private static readonly CalibrationOptions _options = new()
    {
        Samples = 80,
        BatchSize = 20,
        Attack = new PgdAttack(new ThreatModel(Norm.Linf, Epsilon)) { Iterations = 5 },
    };

    [Fact]
    public void AnotherForm_IsPerturbedAgainstTheOtherNetwork()
    {
        OnnxModel dense = TinyNetworks.Residual();
        OnnxModel coarse = Planner.WithKernelsPerChannel(Spectra.Of(dense), 1).ApplyTo(dense);
        using TorchNetwork original = new(dense);
        using TorchNetwork other = new(coarse);
        using CalibrationImages images = Draw(original, _options);
        List<int> reported = [];

        using CalibrationImages more = images.AlsoAgainst(other, _options, 40, (done, _) => reported.Add(done), TestContext.Current.CancellationToken);

        Assert.Equal(3, more.Forms);
        Assert.Equal(40, more.Count);
        Assert.Equal([20, 40], reported);
        int[] drawn = CalibrationImages.Indices(100, 40, _options.Seed);
        double before = 0, after = 0;
        foreach ((Tensor two, Tensor three, int[] indices) in images.Batches.Zip(more.Batches, drawn.Chunk(20)))
        {
            using IDisposable scope = NewDisposeScope();
            Tensor clean = three[..20], latest = three[40..];
            Assert.Equal(two.data<float>().ToArray(), three[..40].data<float>().ToArray());
            Assert.True((latest - clean).abs().max().item<float>() <= Epsilon + 1e-6);
            Assert.True(latest.min().item<float>() >= 0 && latest.max().item<float>() <= 1);
            Tensor labels = tensor(indices.Select(index => (long)(index % 4)).ToArray());
            before += nn.functional.cross_entropy(other.Forward(two[20..]), labels).item<float>();
            after += nn.functional.cross_entropy(other.Forward(latest), labels).item<float>();
        }

        Assert.True(after > before, $"cross-entropy of images perturbed against the dense network {before}, against the other itself {after}");
    }

    [Fact]
    public void WithoutAnAttack_ImagesHaveOneForm()
    {
        using TorchNetwork network = new(TinyNetworks.Residual());
        using CalibrationImages images = Draw(network, _options with { Attack = null });

        Assert.Equal(1, images.Forms);
        Assert.False(images.IsPaired);
        Assert.Equal(80, images.Batches.Sum(batch => batch.shape[0]));
    }

    private static CalibrationImages Draw(TorchNetwork network, CalibrationOptions options) =>
        CalibrationImages.Draw(network, TinyNetworks.Images(100), options, (_, _) => { }, TestContext.Current.CancellationToken);
}
