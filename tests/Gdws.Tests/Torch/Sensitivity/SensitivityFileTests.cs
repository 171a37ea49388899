using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Tests.Checkpoints.Fixtures;
using Gdws.Torch.Sensitivity;

namespace Gdws.Tests.Torch.Sensitivity;

public sealed class SensitivityFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Target => _folder["alpha.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatIsWritten_IsReadAgain()
    {
        OnnxModel model = SensitiveNetworks.Varied();
        SensitivityEstimation estimation = new() { Attack = SensitivityEstimation.PaperAttack(seed: 7) };
        SensitivityEstimate estimate = estimation.On(model, SensitiveNetworks.Images(2));

        SensitivityFile.Write(Target, estimate);
        SensitivityEstimate read = SensitivityFile.Read(Target);

        Assert.Equal(estimate.Layers.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Key), read.Layers.Keys.Order(StringComparer.Ordinal));
        Assert.All(estimate.Layers, layer => Assert.Equal(layer.Value, read.Layers[layer.Key]));
        Assert.Equal(estimate.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal), read.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal));
        Assert.Equal((false, true), (read.IsOfAnother(model), read.IsOfAnother(SensitiveNetworks.OneLayer(new float[108], new float[6]))));
    }

    [Fact]
    public void TheMetadata_SaysHowToMakeItAgain()
    {
        SensitivityEstimation estimation = new() { Attack = SensitivityEstimation.PaperAttack(seed: 7) };
        SensitivityEstimate estimate = estimation.On(SensitiveNetworks.Varied(), SensitiveNetworks.Images(2));

        Dictionary<string, string> expected = new()
        {
            ["format"] = "gdws-sensitivity/1",
            ["data"] = "tiny:images",
            ["split"] = "train",
            ["images"] = "2",
            ["attack"] = "pgd",
            ["norm"] = "linf",
            ["epsilon"] = "0.03137254901960784",
            ["step"] = "0.00784313725490196",
            ["iterations"] = "10",
            ["restarts"] = "1",
            ["seed"] = "7",
            ["random_start"] = "yes",
            ["stop_when_broken"] = "no",
            ["competing_classes"] = "5",
            ["least_margin"] = "0.01",
        };
        Assert.All(expected, entry => Assert.Equal(entry.Value, estimate.Metadata[entry.Key]));
        Assert.Equal(64, estimate.Metadata["network_sha256"].Length);
        Assert.NotEqual("unknown", estimate.Metadata["gdws_version"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheFileOfThePapersCode_IsRead(bool legacy)
    {
        TorchFixture fixture = new TorchFixture(legacy).WithStorage("0", "FloatStorage", 1f, 2).WithStorage("1", "FloatStorage", 3f, 4, 5);
        byte[] bytes = fixture.Write(w => w.Dictionary(
            ("noise_gains", v => v.Dictionary(
                ("module.conv1.weight", fixture.Tensor("0", 0, [2], [1])),
                ("module.layer1.0.conv1.weight", fixture.Tensor("1", 0, [3], [1])))),
            ("attack", v => v.Text("pgd")),
            ("attack-iters", v => v.Integer(10)),
            ("sample_size", v => v.Integer(1000))));
        File.WriteAllBytes(_folder["alphas.pth"], bytes);

        SensitivityEstimate read = SensitivityFile.Read(_folder["alphas.pth"]);

        Assert.Equal(["conv1", "layer1.0.conv1"], read.Layers.Keys);
        Assert.Equal([1, 2], read.Layers["conv1"]);
        Assert.Equal([3, 4, 5], read.Layers["layer1.0.conv1"]);
        Assert.Equal(("pgd", "10"), (read.Metadata["attack"], read.Metadata["attack-iters"]));
        Assert.False(read.IsOfAnother(SensitiveNetworks.Varied()));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-1f)]
    public void AValueThatIsNoSensitivity_IsRefusedWithLayerAndChannel(float value)
    {
        Write(("conv", [1, value]));

        string message = Assert.Throws<InvalidFileException>(() => SensitivityFile.Read(Target)).Message;

        Assert.Equal($"{Target}: layer conv: the sensitivity of channel 1 is {value}, expected a finite number of at least 0", message);
    }

    [Fact]
    public void ACheckpoint_IsRefused()
    {
        SafeTensors.Write(Target, [new CheckpointTensor("conv.weight", ElementType.Float32, [1, 1, 1, 1], new byte[4])]);

        Assert.Contains("layer conv: expected a vector [C]", Assert.Throws<InvalidFileException>(() => SensitivityFile.Read(Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileOfALaterVersion_IsRefused()
    {
        SafeTensors.Write(Target, [], new Dictionary<string, string> { ["format"] = "gdws-sensitivity/2" });

        Assert.Contains("gdws-sensitivity/2", Assert.Throws<InvalidFileException>(() => SensitivityFile.Read(Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoVectorsForOneLayer_AreRefused()
    {
        Write(("conv", [1]), ("module.conv.weight", [1]));

        Assert.Contains("two vectors for the layer conv", Assert.Throws<InvalidFileException>(() => SensitivityFile.Read(Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatLacksALayer_IsRefusedWithFileAndLayer()
    {
        Write(("strided", [1, 1, 1, 1]));

        string message = Assert.Throws<GdwsException>(() => SensitivityFile.Read(Target).Weight(Spectra.Of(SensitiveNetworks.Varied()))).Message;

        Assert.StartsWith($"{Target}: the sensitivity has no values for the layer dilated", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AVectorOfAnotherLength_IsRefusedWithFileAndLayer()
    {
        Write(("strided", [1, 1, 1]));

        string message = Assert.Throws<GdwsException>(() => SensitivityFile.Read(Target).Weight(Spectra.Of(SensitiveNetworks.Varied()))).Message;

        Assert.StartsWith($"{Target}: layer strided: the sensitivity has 3 values for 4 input channels", message, StringComparison.Ordinal);
    }

    private void Write(params (string Layer, float[] Values)[] layers) =>
        SensitivityFile.Write(Target, new SensitivityEstimate("test", layers.ToDictionary(l => l.Layer, l => l.Values), new Dictionary<string, string>()));
}
