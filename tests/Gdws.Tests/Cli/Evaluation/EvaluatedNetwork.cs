using Gdws.Data;
using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using TorchSharp;

namespace Gdws.Tests.Cli.Evaluation;

/// <summary>A small network and images of which it has most right and an attack of 2/255 breaks some.</summary>
internal sealed class EvaluatedNetwork
{
    public const int Images = 23;

    public EvaluatedNetwork(TemporaryFolder folder)
    {
        Network = folder.Save(Model);
        Data = TinyData.Cifar10(folder, Images);
        string file = Path.Combine(Data["cifar10:".Length..], "test_batch.bin");
        using TorchNetwork network = new(Model);
        IImageDataset data = ImageDataset.Open(Data, "test");
        float[] pixels = new float[Images * 3072];
        data.CopyBatch(0, Images, pixels, new int[Images]);
        using torch.Tensor images = torch.tensor(pixels).reshape(Images, 3, 32, 32);
        using torch.Tensor logits = network.Forward(images);
        using torch.Tensor classes = logits.argmax(1);
        byte[] bytes = File.ReadAllBytes(file);
        long[] predicted = [.. classes.data<long>()];
        for (int i = 0; i < Images; i++)
            bytes[i * 3073] = (byte)((predicted[i] + (i % 5 == 4 ? 1 : 0)) % 10);
        File.WriteAllBytes(file, bytes);
    }

    public string Network { get; }

    public string Data { get; }

    public string[] Arguments => ["evaluate", Network, "--data", Data, "--eps", "2/255", "--seed", "5"];

    private static OnnxModel Model => new TestNetwork(17, 0, 3, 32, 32)
        .Weight("w", 6, 3, 3, 3)
        .Node("Conv", "conv", ["images", "w"], n => n.WithList("pads", 1, 1, 1, 1).WithList("strides", 4, 4))
        .Node("Relu", "relu", ["conv"])
        .Node("Flatten", "flat", ["relu"])
        .Weight("fc", 10, 384)
        .Node("Gemm", "logits", ["flat", "fc"], n => n.With("transB", 1))
        .Build("logits");
}
