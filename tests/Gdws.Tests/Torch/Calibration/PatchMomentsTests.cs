using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Calibration;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch.Calibration;

public sealed class PatchMomentsTests
{
    private static readonly CalibrationOptions _options = new()
    {
        Samples = 12,
        BatchSize = 4,
        PositionsPerImage = 1000,
        Attack = new PgdAttack(new ThreatModel(Norm.Linf, 0.05)) { Iterations = 2 },
        Effort = CalibrationEffort.Full,
    };

    [Fact]
    public void Moments_AreThoseOfTheOutputsOfEveryConvolution()
    {
        // With S and μ of the patches, W S Wᵀ and W μ must be covariance and mean of the layer's outputs: the long way round through the network itself.
        OnnxModel model = TinyNetworks.Residual();
        using CalibrationStatistics statistics = TinyCalibration.Collect(Spectra.Of(model), TinyNetworks.Images(), _options);

        foreach (ConvolutionLayer layer in model.Convolutions.Skip(1))
        {
            LayerMoments moments = statistics.Moments.Layers[layer.Name];
            Tensor weight = tensor(model.Constant(layer.WeightName)!.ToSingles()).reshape(layer.Outputs, -1).to(ScalarType.Float64);
            Tensor[] outputs = [.. statistics.Images.Batches.Select(batch => Outputs(statistics.Dense, layer, batch))];
            Tensor rows = cat([.. outputs.Select(o => o.permute(0, 2, 3, 1).reshape(-1, layer.Outputs))]);
            if (layer.HasBias)
                rows -= tensor(model.Constant(layer.Node.Input[2])!.ToSingles());
            Tensor centred = rows - rows.mean([0]);
            Tensor[] differences = [.. outputs.Select(o => (o.narrow(0, o.shape[0] / 2, o.shape[0] / 2) - o.narrow(0, 0, o.shape[0] / 2)).permute(0, 2, 3, 1).reshape(-1, layer.Outputs))];
            Tensor difference = cat(differences);

            Assert.Equal(rows.shape[0], moments.Patches);
            Assert.True(allclose(rows.mean([0]), weight.mv(moments.Mean), 1e-4, 1e-5));
            Assert.True(allclose(centred.t().mm(centred) / rows.shape[0], weight.mm(moments.Covariance).mm(weight.t()), 1e-3, 1e-4));
            Tensor means = cat([.. outputs.Select(o => o.mean([2, 3]))]);
            Tensor centredMeans = means - means.mean([0]);
            Assert.True(allclose(centredMeans.t().mm(centredMeans) / means.shape[0], weight.mm(moments.MeanCovariance!).mm(weight.t()), 1e-3, 1e-5));
            Assert.True(allclose(difference.t().mm(difference) / difference.shape[0], weight.mm(moments.Difference!).mm(weight.t()), 1e-3, 1e-6));
        }
    }

    [Fact]
    public void BatchSize_DoesntMatterWhereAllPositionsCount()
    {
        OnnxModel model = TinyNetworks.Residual();
        CalibrationOptions clean = _options with { Attack = null };
        using CalibrationStatistics one = TinyCalibration.Collect(Spectra.Of(model), TinyNetworks.Images(), clean);
        using CalibrationStatistics other = TinyCalibration.Collect(Spectra.Of(model), TinyNetworks.Images(), clean with { BatchSize = 5 });

        foreach ((string name, LayerMoments moments) in one.Moments.Layers)
            Assert.True(allclose(moments.Covariance, other.Moments.Layers[name].Covariance, 1e-4, 1e-6));
    }

    [Fact]
    public void KeptMoments_ComeBackInSinglePrecision()
    {
        using TemporaryFolder folder = new();
        string path = folder["moments.safetensors"];
        using CalibrationStatistics statistics = TinyCalibration.Collect(Spectra.Of(TinyNetworks.Residual()), TinyNetworks.Images(), _options);

        statistics.Moments.Save(path, new Dictionary<string, string> { ["data"] = "smooth:images" });
        using PatchMoments loaded = PatchMoments.Load(path);

        Assert.Equal(statistics.Moments.Layers.Keys.Order(), loaded.Layers.Keys.Order());
        foreach ((string name, LayerMoments moments) in statistics.Moments.Layers)
        {
            Assert.Equal(moments.Patches, loaded.Layers[name].Patches);
            Assert.True(allclose(moments.Mean, loaded.Layers[name].Mean, 0, 0));
            Assert.True(allclose(moments.Covariance, loaded.Layers[name].Covariance, 1e-6, 1e-9));
            Assert.True(allclose(moments.Difference!, loaded.Layers[name].Difference!, 1e-6, 1e-9));
            Assert.True(allclose(moments.MeanCovariance!, loaded.Layers[name].MeanCovariance!, 1e-6, 1e-9));
        }
    }

    [Fact]
    public void WhatARecipeDoesntUse_IsntCollected()
    {
        CalibrationOptions options = _options with { Recipe = new CalibrationRecipe() };
        using CalibrationStatistics statistics = TinyCalibration.Collect(Spectra.Of(TinyNetworks.Residual()), TinyNetworks.Images(), options);

        Assert.All(statistics.Moments.Layers.Values, moments => Assert.Null(moments.Difference));
        Assert.All(statistics.Moments.Layers.Values, moments => Assert.Null(moments.MeanCovariance));
    }

    [Fact]
    public void AFileOfSomethingElse_IsRefusedByName()
    {
        using TemporaryFolder folder = new();
        string path = folder["alpha.safetensors"];
        Gdws.Checkpoints.SafeTensors.Write(path, [new Gdws.Checkpoints.CheckpointTensor("a.mean", ElementType.Float32, [1], new byte[4])]);

        Assert.Contains(path, Assert.Throws<InvalidFileException>(() => PatchMoments.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SumsOfRowsFarFromZero_KeepTheirDigits()
    {
        TorchRuntime.Initialize();
        using CovarianceSum sum = new(3, 2, CPU);
        Tensor rows = randn(500, 3, dtype: ScalarType.Float32) + 1000, others = randn(500, 2, dtype: ScalarType.Float32) - 500;
        for (int i = 0; i < 5; i++)
            sum.Add(rows.narrow(0, 100 * i, 100), others.narrow(0, 100 * i, 100));

        Tensor exact = rows.to(ScalarType.Float64), exactOthers = others.to(ScalarType.Float64);
        Tensor centred = exact - exact.mean([0]);
        Assert.True(allclose(centred.t().mm(centred) / 500, sum.Covariance(), 1e-4, 1e-6));
        Assert.True(allclose(centred.t().mm(exactOthers - exactOthers.mean([0])) / 500, sum.Cross(), 1e-3, 1e-5));
        Assert.True(allclose(exact.mean([0]), sum.Mean(), 1e-7, 1e-6));
        Assert.True(allclose(exactOthers.mean([0]), sum.OtherMean(), 1e-7, 1e-6));
    }

    private static Tensor Outputs(TorchNetwork network, ConvolutionLayer layer, Tensor batch)
    {
        using TorchRun run = network.Start(batch);
        return run.Value(layer.Output).to(ScalarType.Float64);
    }
}
