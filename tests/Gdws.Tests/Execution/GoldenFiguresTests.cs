using System.Text.Json;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.OnnxRuntime;
using Gdws.Torch;

namespace Gdws.Tests.Execution;

/// <summary>What PyTorch computed with the two CIFAR-10 networks, on every engine.</summary>
public sealed class GoldenFiguresTests
{
    public static TheoryData<string, string, string> NetworksAndEngines => new()
    {
        { "prn18_cifar10_linf8.pth", "preactresnet18", "onnxruntime" },
        { "prn18_cifar10_linf8.pth", "preactresnet18", "torch" },
        { "vgg16_cifar10_linf8.pth", "vgg16", "onnxruntime" },
        { "vgg16_cifar10_linf8.pth", "vgg16", "torch" },
    };

    [Theory]
    [MemberData(nameof(NetworksAndEngines))]
    public void LogitsAndNaturalAccuracy_AreThoseOfPyTorch(string file, string golden, string engine)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedFiles.Find("golden/cifar10.json")));
        JsonElement figures = document.RootElement.GetProperty(golden);
        float[] expected = [.. figures.GetProperty("logits_first4").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(v => v.GetSingle()))];
        IImageDataset images = ImageDataset.Open($"cifar10:{SharedFiles.Find("data/cifar10")}");
        OnnxModel network = Architecture.Build(
            "auto", Checkpoint.Load(SharedFiles.Find($"models/{file}")).State, new() { Input = InputConversion.Parse("cifar10") });

        IEngine chosen = engine == "torch" ? new TorchEngine() : new OnnxRuntimeEngine();
        using IEngineSession session = chosen.Load(network, Environment.ProcessorCount);
        float[] first = new float[4 * images.ImageLength()];
        int[] labels = new int[4];
        images.CopyBatch(0, 4, first, labels);
        float[] logits = new float[4 * session.Classes];
        session.Run(first, 4, logits);
        AccuracyCount natural = NaturalAccuracy.Measure(session, images, 100, null, TestContext.Current.CancellationToken);

        Assert.Equal(figures.GetProperty("labels_first4").EnumerateArray().Select(v => v.GetInt32()), labels);
        Assert.All(expected, (value, i) => Assert.Equal(value, logits[i], 1e-3f));
        Assert.Equal(500, natural.Images);
        Assert.Equal((int)Math.Round(figures.GetProperty("natural_accuracy_test500").GetDouble() * 5), natural.Correct);
    }
}
