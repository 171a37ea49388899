using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using Gdws.Torch.Calibration;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch.Calibration;

public sealed class OutputInformationTests
{
    [Fact]
    public void WhereLogitsAreLinearInTheOutputs_ItIsTheFisherInformationOfTheSoftmax()
    {
        // logits = A · mean over the P positions of y, so g = Aᵀ(p − e_k)/P at every position with probability p_k, and Σ_pos g gᵀ = Aᵀ(p − e_k)(p − e_k)ᵀA/P.
        OnnxModel model = new TestNetwork(17, 1, 2, 4, 3)
            .Weight("a.weight", 3, 2, 3, 3)
            .Node("Conv", "y", ["images", "a.weight"], n => n.WithList("pads", 1, 1, 1, 1))
            .Node("GlobalAveragePool", "mean", ["y"])
            .Node("Flatten", "flat", ["mean"])
            .Weight("linear", 4, 3)
            .Weight("bias", 4)
            .Node("Gemm", "logits", ["flat", "linear", "bias"], n => n.With("transB", 1))
            .Build("logits");
        using TorchNetwork network = new(model, options: new TorchNetworkOptions { FoldBatchNormalization = false });
        Tensor[] copies = [.. Enumerable.Range(0, 10).Select(_ => full(2000, 2, 4, 3, 0.3f))];
        Tensor p = network.Forward(copies[0].narrow(0, 0, 1)).softmax(1).squeeze(0);
        Tensor a = network.Constants["linear"];
        Tensor expected = zeros(3, 3);
        for (int k = 0; k < 4; k++)
        {
            Tensor error = p.clone();
            error[k] -= 1;
            Tensor g = a.t().mv(error);
            expected += p[k] * outer(g, g) / 12;
        }

        LayerInformation found = OutputInformation.Of(network, model.Convolutions, copies, 0, (_, _) => { }, TestContext.Current.CancellationToken)["a"];

        Assert.True(allclose(expected.to(float64), found.Fisher, 0.05, 0.02 * expected.diagonal().mean().item<float>()));
        Assert.Equal(12, found.Coherence, 1e-3);
    }

    [Fact]
    public void TheSeed_DecidesTheLabels()
    {
        OnnxModel model = TinyNetworks.Residual();
        using TorchNetwork network = new(model, options: new TorchNetworkOptions { FoldBatchNormalization = false });
        Tensor[] images = [rand(20, 2, 8, 7)];

        double[] sums = [.. new[] { 1, 1, 2 }.Select(seed =>
            OutputInformation.Of(network, model.Convolutions, images, seed, (_, _) => { }, TestContext.Current.CancellationToken)["b"].Fisher.sum().item<double>())];

        Assert.Equal(sums[0], sums[1]);
        Assert.NotEqual(sums[0], sums[2]);
    }
}
