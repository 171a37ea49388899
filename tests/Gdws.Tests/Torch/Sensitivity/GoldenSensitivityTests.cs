using System.Text.Json;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch.Sensitivity;

namespace Gdws.Tests.Torch.Sensitivity;

/// <summary>α of real networks against figures that PyTorch computed image by image, straight from equation (8).</summary>
public sealed class GoldenSensitivityTests
{
    [Theory]
    [InlineData("prn18_cifar10_linf8.pth", "preactresnet18")]
    [InlineData("vgg16_cifar10_linf8.pth", "vgg16")]
    public void OnTenCleanImages_ItIsThatOfPyTorch(string file, string architecture)
    {
        using JsonDocument figures = JsonDocument.Parse(File.ReadAllText(SharedFiles.Find("golden/cifar10.json")));
        JsonElement golden = figures.RootElement.GetProperty(architecture).GetProperty("alpha_first10_clean_train");
        StateDict state = Checkpoint.Load(SharedFiles.Find($"models/{file}")).State;
        OnnxModel model = Architecture.Build(architecture, state, new ArchitectureOptions { Input = InputConversion.Parse("cifar10") });
        IImageDataset images = ImageDataset.Open($"cifar10:{SharedFiles.Find("data/cifar10")}", "train").Take(10);

        SensitivityEstimate estimate = new SensitivityEstimation().Run(model, images, cancellation: TestContext.Current.CancellationToken);

        foreach (JsonProperty layer in golden.EnumerateObject())
        {
            float[] alpha = estimate.Layers[layer.Name];
            Near(layer.Value.GetProperty("sum").GetDouble(), alpha.Sum(value => (double)value), layer.Name);
            double[] first = [.. layer.Value.GetProperty("first4").EnumerateArray().Select(value => value.GetDouble())];
            for (int channel = 0; channel < first.Length; channel++)
                Near(first[channel], alpha[channel], $"{layer.Name}, channel {channel}");
            Assert.Equal(layer.Value.GetProperty("argmax").GetInt32(), Array.IndexOf(alpha, alpha.Max()));
        }

        // The first convolution isn't among the golden figures, but has a vector too.
        Assert.Equal(golden.EnumerateObject().Count() + 1, estimate.Layers.Count);
    }

    private static void Near(double expected, double actual, string what) =>
        Assert.True(Math.Abs(actual - expected) <= 1e-3 * expected, $"{what}: expected {expected}, found {actual}");
}
