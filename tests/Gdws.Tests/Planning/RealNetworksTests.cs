using System.Text.Json;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests.Planning;

/// <summary>Real networks: kernel counts against those of an implementation in PyTorch, and logits against the dense network's.</summary>
public sealed class RealNetworksTests
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

    [Theory]
    [InlineData("models/prn18_cifar10_linf8.pth")]
    [InlineData("models/vgg16_cifar10_linf8.pth")]
    public void WithAllComponents_TheLogitsStay(string checkpoint)
    {
        OnnxModel network = Architecture.Build("auto", Checkpoint.Load(SharedFiles.Find(checkpoint)).State);

        OnnxModel approximated = Planner.WithKernelsPerChannel(Spectra.Of(network), 9, always: true).ApplyTo(network);

        Assert.True(approximated.Convolutions.Count(layer => layer.Kind == ConvolutionKind.Gdws) >= 12);
        OrtRunner.AssertClose(OrtRunner.Run(network, 1, 3, 32, 32), OrtRunner.Run(approximated, 1, 3, 32, 32), 1e-4);
    }
}
