using CsCheck;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Google.Protobuf;

namespace Gdws.Tests.Onnx;

public sealed class OnnxFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gdws-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("models/resnet_4b.onnx")]
    [InlineData("models/SqueezeNet_fp16.onnx")]
    public void ARoundTripOfAnUnchangedModel_IsEqualBitByBit(string file)
    {
        string source = SharedFiles.Find(file);
        OnnxModel model = OnnxModel.Load(source);
        string copy = Path.Combine(_folder, "copy.onnx");

        model.Save(copy);
        OnnxModel again = OnnxModel.Load(copy);

        Assert.Equal(model.Proto, again.Proto);
        Assert.Equal(ModelProto.Parser.ParseFrom(File.ReadAllBytes(source)), again.Proto);
        Assert.All(model.Graph.Initializer.Zip(again.Graph.Initializer), pair => Assert.Equal(pair.First.RawData, pair.Second.RawData));
    }

    [Fact]
    public void UnknownNodesFieldsAndMetadata_SurviveARoundTrip()
    {
        OnnxModel model = Small().Change(m =>
        {
            m.MetadataProps.Add(new StringStringEntryProto { Key = "someone", Value = "else's" });
            m.MergeFrom([.. FunctionField()]);
        }).Node("Mystery", "z", ["y"], domain: "com.example").Build("z");
        string file = Path.Combine(_folder, "net.onnx");

        model.Save(file);
        OnnxModel again = OnnxModel.Load(file);

        Assert.Equal(model.ToBytes(), again.ToBytes());
        Assert.Equal("else's", again.Metadata("someone"));
        Assert.Contains(again.Nodes, n => n.Domain == "com.example");

        // Field 25 (functions), which the schema leaves out: a message of two bytes.
        static IEnumerable<byte> FunctionField() => [0xCA, 0x01, 0x02, 0x0A, 0x00];
    }

    [Theory]
    [InlineData("models/resnet_4b.onnx", 11)]
    [InlineData("models/SqueezeNet_fp16.onnx", 26)]
    public void RealNetworks_HaveTheirConvolutionsAndShapes(string file, int convolutions)
    {
        OnnxModel model = OnnxModel.Load(SharedFiles.Find(file));

        Assert.Equal(convolutions, model.Convolutions.Count);
        Assert.All(model.Convolutions, layer => Assert.True(layer.Macs > 0, layer.Name));
        Assert.All(model.Nodes, node => Assert.True(model.Shapes.ContainsKey(node.Output[0]), node.Describe()));
    }

    [Fact]
    public void ATruncatedFile_IsRefusedOrWhole()
    {
        byte[] bytes = Small().Build("y").ToBytes();

        for (int length = 0; length < bytes.Length; length++)
            LoadsOrIsRefused(bytes[..length]);
    }

    [Fact]
    public void FlippedBits_NeverGiveAnythingButARefusalOrANetwork()
    {
        byte[] bytes = Small().Build("y").ToBytes();

        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Int[0, 7]).Array[1, 6].Sample(
            flips =>
            {
                byte[] damaged = [.. bytes];
                foreach ((int position, int bit) in flips)
                    damaged[position] ^= (byte)(1 << bit);
                LoadsOrIsRefused(damaged);
            },
            iter: 3000, threads: 1);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("PK\u0003\u0004rest", "is a checkpoint")]
    [InlineData("<!DOCTYPE html><html>", "is no ONNX model")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "Git LFS")]
    public void AnotherKindOfFile_IsRefusedByName(string content, string expected)
    {
        string file = Path.Combine(_folder, "net.onnx");
        File.WriteAllText(file, content);

        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => OnnxModel.Load(file));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith(file, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFile_IsOneLine()
    {
        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => OnnxModel.Load(Path.Combine(_folder, "none.onnx")));
        Assert.EndsWith("there is no such file", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACycle_IsRefusedAndNamesANodeOfIt()
    {
        TestNetwork network = new TestNetwork(17, 0, 3, 8, 8).Node("Relu", "a", ["b"]).Node("Relu", "b", ["a"]);

        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => network.Build("b"));
        Assert.Contains("cycle", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AValueThatNobodyMakes_IsRefused()
    {
        TestNetwork network = new TestNetwork(17, 0, 3, 8, 8).Node("Relu", "a", ["nothing"]);

        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => network.Build("a"));
        Assert.Contains("reads the value nothing, which no node makes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NodesInAnyOrder_AreRunInTheRightOne()
    {
        OnnxModel model = new TestNetwork(17, 0, 3, 8, 8).Node("Relu", "b", ["a"]).Node("Relu", "a", ["images"]).Build("b");

        Assert.Equal(["a", "b"], model.Nodes.Select(n => n.Output[0]));
    }

    [Fact]
    public void AWeightWithTooFewBytes_IsRefusedByName()
    {
        ModelProto proto = Small().Build("y").Proto;
        proto.Graph.Initializer[0].RawData = ByteString.CopyFrom(1, 2, 3, 4);

        InvalidFileException exception = Refused(proto);
        Assert.Contains("tensor w.weight: shape [4, 3, 3, 3] needs 432 bytes, found 4", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ExternalData_IsReadFromBesideTheModel()
    {
        OnnxModel model = Small().Build("y");
        string file = Path.Combine(_folder, "net.onnx");

        OnnxFile.Write(Large(model.Proto), file, largestMessage: 1000);

        Assert.True(File.Exists(file + ".data"));
        Assert.True(new FileInfo(file).Length < 1000);
        Assert.Equal(Large(model.Proto), OnnxModel.Load(file).Proto);

        static ModelProto Large(ModelProto proto)
        {
            ModelProto large = proto.Clone();
            large.Graph.Initializer.Add(OnnxTensor.Create("large", [1000], new float[1000]));
            large.Graph.Initializer.Add(OnnxTensor.Create("large2", [500], Enumerable.Range(0, 500).Select(i => (float)i).ToArray()));
            return large;
        }
    }

    [Theory]
    [InlineData("../secret.bin", "points outside the model's folder")]
    [InlineData("/etc/passwd", "points outside the model's folder")]
    [InlineData("sub/../../secret.bin", "points outside the model's folder")]
    [InlineData("missing.bin", "is missing")]
    public void ExternalDataElsewhere_IsRefused(string location, string expected)
    {
        File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName, "x"), []);
        File.WriteAllBytes(Path.Combine(_folder, "secret.bin"), new byte[432]);

        InvalidFileException exception = Refused(External(("location", location)), Path.Combine("model", "net.onnx"));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALinkThatLeavesTheFolder_IsRefused()
    {
        string inside = Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName;
        File.WriteAllBytes(Path.Combine(_folder, "secret.bin"), new byte[432]);
        File.CreateSymbolicLink(Path.Combine(inside, "w.bin"), Path.Combine(_folder, "secret.bin"));

        InvalidFileException exception = Refused(External(("location", "w.bin")), Path.Combine("model", "net.onnx"));
        Assert.Contains("is a link to somewhere else", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("offset", "400", "reaches beyond the end")]
    [InlineData("length", "99999999999", "reaches beyond the end")]
    [InlineData("length", "-5", "impossible length")]
    [InlineData("offset", "9223372036854775807", "reaches beyond the end")]
    [InlineData("length", "8", "needs 432 bytes, found 8")]
    public void ImpossibleRangesOfExternalData_AreRefused(string key, string value, string expected)
    {
        File.WriteAllBytes(Path.Combine(_folder, "w.bin"), new byte[432]);
        (string, string)[] entries = key == "offset"
            ? [("location", "w.bin"), ("offset", value), ("length", "432")]
            : [("location", "w.bin"), (key, value)];

        Assert.Contains(expected, Refused(External(entries)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TensorsThatShareARange_ShareItsMemory_AndOverlappingRangesAreRefused()
    {
        File.WriteAllBytes(Path.Combine(_folder, "w.bin"), new byte[432 + 16]);
        ModelProto shared = External(("location", "w.bin"), ("offset", "0"), ("length", "432"));
        TensorProto copy = shared.Graph.Initializer[0].Clone();
        copy.Name = "copy";
        shared.Graph.Initializer.Add(copy);
        string file = Path.Combine(_folder, "net.onnx");
        File.WriteAllBytes(file, shared.ToByteArray());

        OnnxModel model = OnnxModel.Load(file);
        Assert.True(model.Constant("w.weight")!.RawData.Memory.Span == model.Constant("copy")!.RawData.Memory.Span);

        copy.ExternalData[1].Value = "16";
        Assert.Contains("overlaps that of other tensors", Refused(shared).Message, StringComparison.Ordinal);
    }

    private static TestNetwork Small() => new TestNetwork(17, 0, 3, 8, 8)
        .Weight("w.weight", 4, 3, 3, 3).Weight("w.bias", 4)
        .Node("Conv", "c", ["images", "w.weight", "w.bias"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("Relu", "y", ["c"]);

    private static ModelProto External(params (string Key, string Value)[] entries)
    {
        ModelProto proto = Small().Build("y").Proto;
        TensorProto tensor = proto.Graph.Initializer[0];
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        foreach ((string key, string value) in entries)
            tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        return proto;
    }

    private InvalidFileException Refused(ModelProto proto, string name = "net.onnx")
    {
        string file = Path.Combine(_folder, name);
        File.WriteAllBytes(file, proto.ToByteArray());
        return Assert.Throws<InvalidFileException>(() => OnnxModel.Load(file));
    }

    private void LoadsOrIsRefused(byte[] bytes)
    {
        string file = Path.Combine(_folder, "net.onnx");
        File.WriteAllBytes(file, bytes);
        try
        {
            OnnxModel model = OnnxModel.Load(file);
            _ = model.Convolutions;
            _ = NetworkComplexity.Of(model);
        }
        catch (GdwsException exception)
        {
            Assert.DoesNotContain(exception.Message, char.IsControl);
        }
    }
}
