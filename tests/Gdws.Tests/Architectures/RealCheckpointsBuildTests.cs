using System.Text.Json;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;

namespace Gdws.Tests.Architectures;

/// <summary>Networks built from checkpoints that PyTorch wrote, against what PyTorch computed with them.</summary>
public sealed class RealCheckpointsBuildTests
{
    private const int Pixels = 3 * 32 * 32;

    [Theory]
    [InlineData("prn18_cifar10_linf8.pth", "preactresnet18")]
    [InlineData("vgg16_cifar10_linf8.pth", "vgg16")]
    [InlineData("prn18w16_fmnist_linf25.pth", "preactresnet18")]
    [InlineData("resnet20_pgd.pth", "resnet20")]
    [InlineData("resnet20-12fca82f.th", "resnet20")]
    [InlineData("kw_svhn.pth", "kw_small")]
    [InlineData("resnet_4b.pth", "resnet_4b")]
    public void TheirArchitecture_IsRecognised(string file, string architecture)
    {
        StateDict state = Checkpoint.Load(SharedFiles.Find($"models/{file}")).State;

        Assert.Equal(architecture, Architecture.Detect(state));
        Assert.NotEmpty(Architecture.Build("auto", state).Convolutions);
    }

    [Theory]
    [InlineData("prn18_cifar10_linf8.pth", "preactresnet18")]
    [InlineData("vgg16_cifar10_linf8.pth", "vgg16")]
    public void Logits_AreThoseOfPyTorch(string file, string golden)
    {
        using JsonDocument figures = JsonDocument.Parse(File.ReadAllText(SharedFiles.Find("golden/cifar10.json")));
        float[] expected = [.. figures.RootElement.GetProperty(golden).GetProperty("logits_first4").EnumerateArray()
            .SelectMany(row => row.EnumerateArray().Select(v => v.GetSingle()))];
        (float[] images, _) = TestImages(4);

        float[] logits = Build(file, "cifar10").Run(images, 4, 3, 32, 32).Values;

        Assert.Equal(40, expected.Length);
        Assert.All(expected, (value, i) => Assert.Equal(value, logits[i], 1e-3f));
    }

    [Theory]
    [InlineData("resnet20_pgd.pth")]
    [InlineData("resnet20-12fca82f.th")]
    public void ResNet20_RecognisesTheImagesItWasTrainedFor(string file)
    {
        (float[] images, int[] labels) = TestImages(100);

        Assert.InRange(Correct(Build(file, "imagenet"), images, labels), 80, 99);
    }

    [Fact]
    public void TheSmallResidualNetwork_ComputesWhatItsOnnxExportComputes()
    {
        (float[] images, _) = TestImages(8);
        OnnxModel exported = InputConversion.Parse("cifar10").Prepend(OnnxModel.Load(SharedFiles.Find("models/resnet_4b.onnx")));

        float[] expected = exported.Run(images, 8, 3, 32, 32).Values;
        float[] logits = Build("resnet_4b.pth", "cifar10").Run(images, 8, 3, 32, 32).Values;

        Assert.All(expected, (value, i) => Assert.Equal(value, logits[i], 1e-4f));
    }

    private static OnnxModel Build(string file, string normalisation) => Architecture.Build(
        "auto", Checkpoint.Load(SharedFiles.Find($"models/{file}")).State, new() { Input = InputConversion.Parse(normalisation) });

    private static int Correct(OnnxModel model, float[] images, int[] labels)
    {
        float[] logits = model.Run(images, labels.Length, 3, 32, 32).Values;
        return labels.Where((label, i) => logits.AsSpan(i * 10, 10).IndexOf(logits[(i * 10)..((i * 10) + 10)].Max()) == label).Count();
    }

    /// <summary>The first test images of CIFAR-10: a byte for the label, then red, green and blue planes.</summary>
    private static (float[] Images, int[] Labels) TestImages(int count)
    {
        byte[] file = File.ReadAllBytes(SharedFiles.Find("data/cifar10/test_batch.bin"));
        int[] labels = [.. Enumerable.Range(0, count).Select(i => (int)file[i * (Pixels + 1)])];
        float[] images = [.. Enumerable.Range(0, count).SelectMany(i => file.Skip((i * (Pixels + 1)) + 1).Take(Pixels)).Select(b => b / 255f)];
        return (images, labels);
    }
}
