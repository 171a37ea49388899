using System.Runtime.InteropServices;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Tests.Architectures;
using Gdws.Tests.Checkpoints.Fixtures;
using Gdws.Tests.Data;
using Gdws.Tests.Data.Images;
using Gdws.Tests.Onnx;
using Google.Protobuf;
using Architecture = Gdws.Architectures.Architecture;

namespace Gdws.Tests.House;

/// <summary>
/// The files that README and docs speak of as the reader's own, very small: checkpoints, networks and images. Everything else a document must make
/// itself.
/// </summary>
internal sealed class DocumentFiles : IDisposable
{
    private const int ImagesPerFile = 12;

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, Action<string>> _readersOwn;

    public DocumentFiles() => _readersOwn = new(StringComparer.Ordinal)
    {
        ["resnet18.pth"] = file => _folder.Write(file, StateDictFile.Bytes(PreActResNet18(), legacy: false)),
        ["net.onnx"] = file => Architecture.Build("auto", PreActResNet18()).Save(file),
        ["data/net.onnx"] = file => Architecture.Build("auto", PreActResNet18()).Save(file),
        ["resnet_4b.onnx"] = file => Architecture.Build("auto", SyntheticCheckpoint.Narrow("resnet_4b", classes: 10, width: 8)).Save(file),
        ["SqueezeNet_fp16.onnx"] = file => HalfPrecisionNetwork().Save(file),
        ["samples/fashion-mnist.onnx"] = file =>
            Architecture.Initialize("preactresnet18", 4, new ArchitectureOptions { Channels = 1, ImageSize = 28 }).Save(file),
        ["outdir_cifar10/preactresnet18"] = folder =>
        {
            StateDict state = PreActResNet18();
            _folder.Write($"{folder}/model_best.pth", StateDictFile.Bytes(state, prefix: "module.", around: []));
            _folder.Write($"{folder}/alphas.pth", AlphasFile.Bytes(state));
        },
        ["outdir_cifar10/hydra_wrn"] = folder => _folder.Write(
            $"{folder}/model_best_dense.pth", StateDictFile.Bytes(SyntheticCheckpoint.Narrow("wideresnet_28_4", classes: 10), around: [])),
        ["outdir_cifar10/nas"] = folder => _folder.Write(
            $"{folder}/RobNet_free_cifar10.pth.tar",
            StateDictFile.Bytes(SyntheticCheckpoint.Narrow("robnetfree", classes: 10, width: 1), around: [])),
    };

    /// <summary>Where a file or folder of a document lies; one that is the reader's own is there.</summary>
    /// <param name="name">As it stands in the document.</param>
    public string this[string name]
    {
        get
        {
            string relative = name.TrimStart('/'), path = _folder[relative];
            if (!Path.Exists(path) && _readersOwn.TryGetValue(relative, out Action<string>? make))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                make(path);
            }

            return path;
        }
    }

    /// <summary>Images of a kind as a document names them, in the files that they have there.</summary>
    /// <param name="kind">E.g. <c>cifar10</c>.</param>
    /// <param name="name">The folder.</param>
    public string Images(string kind, string name)
    {
        string folder = _folder[name.TrimStart('/')];
        if (Directory.Exists(folder))
            return folder;
        switch (kind)
        {
            case "cifar10":
                foreach (string file in (string[])["test_batch.bin", .. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")])
                    _folder.Write($"{folder}/{file}", CifarRecords());
                break;
            case "fashion-mnist":
                foreach (string part in (string[])["train", "t10k"])
                {
                    _folder.Write($"{folder}/{part}-images-idx3-ubyte", Fixtures.Idx([ImagesPerFile, 28, 28], RandomBytes(ImagesPerFile * 784)));
                    byte[] labels = [.. Enumerable.Range(0, ImagesPerFile).Select(i => (byte)(i % 10))];
                    _folder.Write($"{folder}/{part}-labels-idx1-ubyte", Fixtures.Idx([ImagesPerFile], labels));
                }

                break;
            case "imagenet":
                byte[] picture = PngFixture.Write(40, 32, 2, 8, false, (x, y) => [(byte)(x * 6), (byte)(y * 7), 128]);
                foreach (string id in (string[])["n01440764", "n01443537", "n01484850", "n01491361"])
                    _folder.Write($"{folder}/{id}/ILSVRC2012_val_00000001.png", picture);
                break;
            default:
                Assert.Fail($"no images of the kind {kind} are made here");
                break;
        }

        return folder;
    }

    public void Dispose() => _folder.Dispose();

    private static StateDict PreActResNet18() => SyntheticCheckpoint.Narrow("preactresnet18", classes: 10, width: 8);

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(4).NextBytes(bytes);
        return bytes;
    }

    private static byte[] CifarRecords()
    {
        byte[] bytes = RandomBytes(ImagesPerFile * 3073);
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
            .Change(model => model.Graph.Initializer.Add(
                [HalfWeight("first", 16, 3, 5), HalfWeight("second", 16, 16, 3), HalfWeight("last", 4, 16, 1)]))
            .Node("Conv", "a", ["images", "first"], node => node.Attribute.Add(Strides(8)))
            .Node("Conv", "b", ["a", "second"])
            .Node("Conv", "c", ["b", "last"])
            .Node("GlobalAveragePool", "mean", ["c"])
            .Node("Flatten", "logits", ["mean"])
            .Change(model => model.Graph.Output.Add(TestNetwork.Value("logits", [0, 4], Half)));
        return new OnnxModel(network.Model);
    }

    private static TensorProto HalfWeight(string name, int outputs, int inputs, int size)
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
