using System.Runtime.InteropServices;
using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Tests.Architectures;
using Gdws.Tests.Checkpoints.Fixtures;
using Gdws.Tests.Data.Images;
using Gdws.Tests.Onnx;
using Google.Protobuf;

namespace Gdws.Tests.House;

/// <summary>The files that README and docs speak of as the reader's own, very small: checkpoints, networks and images.</summary>
internal sealed class DocumentFiles : IDisposable
{
    private const int ImagesPerFile = 12;

    private readonly TemporaryFolder _folder = new();

    public DocumentFiles()
    {
        StateDict network = SyntheticCheckpoint.Narrow("preactresnet18", classes: 10, width: 8);
        _folder.Write("resnet18.pth", Pth(network));
        SafeTensors.Write(_folder["resnet18.safetensors"], network);
        _folder.Save(Gdws.Architectures.Architecture.Build("auto", network), "net.onnx");
        HalfPrecisionNetwork().Save(_folder["SqueezeNet_fp16.onnx"]);
        foreach (string file in (string[])["test_batch.bin", .. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")])
            _folder.Write($"cifar-10-batches-bin/{file}", CifarRecords());
        foreach (string id in (string[])["n01440764", "n01443537", "n01484850", "n01491361"])
            _folder.Write($"imagenet-val/{id}/ILSVRC2012_val_00000001.png", PngFixture.Write(40, 32, 2, 8, false, (x, y) => [(byte)(x * 6), (byte)(y * 7), 128]));
    }

    public string this[string name] => _folder[name];

    public void Dispose() => _folder.Dispose();

    /// <summary>A state dict as PyTorch's zip format.</summary>
    private static byte[] Pth(StateDict state)
    {
        TorchFixture fixture = new(legacy: false);
        List<(string Name, Action<PickleWriter> Tensor)> tensors = [];
        foreach (CheckpointTensor tensor in state)
        {
            string key = $"{tensors.Count}";
            fixture.WithStorage(key, "FloatStorage", tensor.ToSingles());
            long[] shape = [.. tensor.Shape.Select(size => (long)size)];
            long[] strides = new long[shape.Length];
            for (int i = shape.Length - 1, step = 1; i >= 0; step *= (int)shape[i], i--)
                strides[i] = step;
            tensors.Add((tensor.Name, fixture.Tensor(key, 0, shape, strides)));
        }

        return fixture.Write([.. tensors]);
    }

    private static byte[] CifarRecords()
    {
        byte[] bytes = new byte[ImagesPerFile * 3073];
        new Random(4).NextBytes(bytes);
        for (int i = 0; i < ImagesPerFile; i++)
            bytes[i * 3073] = (byte)(i % 10);
        return bytes;
    }

    /// <summary>Weights, images and logits in half precision, as many classes as there are folders of images.</summary>
    private static OnnxModel HalfPrecisionNetwork()
    {
        const int Half = (int)TensorProto.Types.DataType.Float16;
        TestNetwork network = new TestNetwork(17, 0, 3, 224, 224)
            .Change(model => model.Graph.Input[0] = TestNetwork.Value("images", [0, 3, 224, 224], Half))
            .Change(model => model.Graph.Initializer.Add([Weight("first", 16, 3, 5), Weight("second", 16, 16, 3), Weight("last", 4, 16, 1)]))
            .Node("Conv", "a", ["images", "first"], node => node.Attribute.Add(Strides(8)))
            .Node("Conv", "b", ["a", "second"])
            .Node("Conv", "c", ["b", "last"])
            .Node("GlobalAveragePool", "mean", ["c"])
            .Node("Flatten", "logits", ["mean"])
            .Change(model => model.Graph.Output.Add(TestNetwork.Value("logits", [0, 4], Half)));
        return new OnnxModel(network.Model);
    }
    private static TensorProto Weight(string name, int outputs, int inputs, int size)
    {
        Random random = new(5);
        Half[] values = [.. Enumerable.Range(0, outputs * inputs * size * size).Select(_ => (Half)((random.NextSingle() - 0.5f) / inputs))];
        TensorProto tensor = new()
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float16,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
        };
        tensor.Dims.Add([outputs, inputs, size, size]);
        return tensor;
    }

    private static AttributeProto Strides(int stride) =>
        new() { Name = "strides", Type = AttributeProto.Types.AttributeType.Ints, Ints = { stride, stride } };
}
