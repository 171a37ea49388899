using System.Text.Json;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests.Planning;

/// <summary>Kernel counts of real networks against those of an implementation in PyTorch.</summary>
public sealed class GoldenKernelCountsTests
{
    [Theory]
    [InlineData("preactresnet18")]
    [InlineData("vgg16")]
    public void Lego_KeepsAsManyKernelsAsTheReference(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(SharedFiles.Find("golden/cifar10.json")));
        JsonElement expected = golden.RootElement.GetProperty(name);
        string checkpoint = SharedFiles.Find("models/" + expected.GetProperty("checkpoint").GetString());
        OnnxModel network = Architecture.Build(expected.GetProperty("architecture").GetString()!, Checkpoint.Load(checkpoint).State);
        Spectra spectra = Spectra.Of(network);

        foreach (JsonProperty bound in expected.GetProperty("lego_unweighted").EnumerateObject())
        {
            double beta = double.Parse(bound.Name, System.Globalization.CultureInfo.InvariantCulture);
            GdwsPlan plan = Planner.WithinError(spectra, beta, always: true);

            Assert.Equal(
                bound.Value.EnumerateObject().Select(layer => (layer.Name, layer.Value.GetInt32())),
                plan.Layers.Where(layer => layer.IsGdws).Select(layer => (layer.Name, layer.Kernels)));
        }
    }
}
