using System.Buffers.Binary;
using Gdws.Checkpoints;
using Gdws.Tests.Checkpoints.Fixtures;

namespace Gdws.Tests.Checkpoints.PyTorch;

public sealed class TorchZipTests
{
    private readonly TorchFixture _fixture = new TorchFixture(legacy: false).WithStorage("0", "FloatStorage", 1f, 2, 3);

    [Fact]
    public void OfParametersAndTensorsWithAttributes_TheTensorIsRead()
    {
        Action<PickleWriter> tensor = _fixture.Tensor("0", 0, [3], [1]);
        StateDict state = Load(
            ("parameter", w => w.Call("torch._utils", "_rebuild_parameter", tensor, v => v.Raw(0x88), v => v.OrderedDictionary())),
            ("attributes", w => w.Call(
                "torch._tensor", "_rebuild_from_type_v2", v => v.Global("torch._utils", "_rebuild_parameter"),
                v => v.Global("torch.nn.parameter", "Parameter"), v => v.Tuple(tensor, u => u.Raw(0x88), u => u.OrderedDictionary()), v => v.Dictionary())),
            ("size", w => w.Call(
                "torch._utils", "_rebuild_tensor", v => v.Storage("FloatStorage", "0", 3), v => v.Integer(0),
                v => v.Call("torch", "Size", u => u.List(t => t.Integer(3))), v => v.Integers(1))));

        Assert.Equal(["parameter", "attributes", "size"], state.Select(t => t.Name));
        Assert.All(state, t => Assert.Equal([1, 2, 3], t.ToSingles()));
    }

    [Fact]
    public void OfAnUntypedStorage_TheTensorsOwnTypeCounts()
    {
        TorchFixture fixture = new TorchFixture(legacy: false).WithStorage("0", "UntypedStorage", BitConverter.GetBytes(5f).Concat(BitConverter.GetBytes(6f)).ToArray());
        Action<PickleWriter> content = w => w.Dictionary(("weight", v => v.Call(
            "torch._utils", "_rebuild_tensor_v3", u => u.Storage("UntypedStorage", "0", 8), u => u.Integer(1), u => u.Integers(1), u => u.Integers(1),
            u => u.Raw(0x89), u => u.OrderedDictionary(), u => u.Global("torch", "float32"))));

        Assert.Equal([6], CheckpointBytes.Load(fixture.Write(content)).State["weight"].ToSingles());
    }

    [Fact]
    public void OfABigEndianFile_TheElementsAreTurned()
    {
        byte[] storage = new byte[8];
        BinaryPrimitives.WriteSingleBigEndian(storage, 1.5f);
        BinaryPrimitives.WriteSingleBigEndian(storage.AsSpan(4), -3);
        byte[] pickle = PickleWriter.Of(w => w.Dictionary(("weight", v => v.Call(
            "torch._utils", "_rebuild_tensor_v2", u => u.Storage("FloatStorage", "0", 2), u => u.Integer(0), u => u.Integers(2), u => u.Integers(1)))));

        byte[] file = new ZipWriter().Stored("a/data.pkl", pickle).Stored("a/byteorder", "big"u8.ToArray()).Stored("a/data/0", storage).ToArray();

        Assert.Equal([1.5f, -3], CheckpointBytes.Load(file).State["weight"].ToSingles());
    }

    [Fact]
    public void OfACompressedOrUncheckedFile_TheTensorsAreRead()
    {
        byte[] storage = new byte[4096];
        byte[] pickle = PickleOfFloats(1024);

        Assert.Equal(1024, CheckpointBytes.Load(
            new ZipWriter().Deflated("a/data.pkl", pickle).Deflated("a/data/0", storage).ToArray()).State["weight"].Length);
        Assert.Equal(1024, CheckpointBytes.Load(
            new ZipWriter().StoredWithoutChecksum("a/data.pkl", pickle).StoredWithoutChecksum("a/data/0", storage).ToArray()).State["weight"].Length);
    }

    [Fact]
    public void OfAZipBomb_NoMemoryIsTaken()
    {
        const int Count = 1 << 28;
        byte[] honest = new ZipWriter().Stored("a/data.pkl", PickleOfFloats(1 << 24)).Deflated("a/data/0", new byte[1 << 26]).ToArray();
        byte[] lying = new ZipWriter().Stored("a/data.pkl", PickleOfFloats(Count)).Deflated("a/data/0", new byte[100], Count * 4u).ToArray();
        byte[] pickle = new ZipWriter().Deflated("a/data.pkl", new byte[1 << 26]).ToArray();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("zip bomb", CheckpointBytes.Refusal(honest), StringComparison.Ordinal);
        Assert.Contains("zip bomb", CheckpointBytes.Refusal(lying), StringComparison.Ordinal);
        Assert.Contains("zip bomb", CheckpointBytes.Refusal(pickle), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 24);
    }

    [Fact]
    public void OfEntriesThatOverlap_TheSameBytesArentReadOverAndOver()
    {
        byte[] storage = new byte[4096];
        ZipWriter zip = new ZipWriter().Stored("a/data.pkl", PickleWriter.Of(w => w.Dictionary([.. Enumerable.Range(0, 20).Select(i => ($"w{i}", FloatTensor($"{i}", 1024)))])));
        int start = zip.Position;
        zip.Stored("a/data/0", storage);
        for (int i = 1; i < 20; i++)
            zip.Overlapping($"a/data/{i}", storage, start);

        Assert.Contains("overlaps others", CheckpointBytes.Refusal(zip.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void WhenAStorageIsMissingOrOfAnotherLength_TheMessageNamesTensorAndEntry()
    {
        byte[] pickle = PickleOfFloats(3);

        Assert.Equal(
            "tensor weight: its storage a/data/0 is missing",
            CheckpointBytes.Refusal(new ZipWriter().Stored("a/data.pkl", pickle).ToArray()));
        Assert.Equal(
            "tensor weight: its storage a/data/0 has 8 bytes, expected 12 (3 elements of float32)",
            CheckpointBytes.Refusal(new ZipWriter().Stored("a/data.pkl", pickle).Stored("a/data/0", new byte[8]).ToArray()));
        Assert.Contains(
            "declares -1 elements",
            CheckpointBytes.Refusal(new ZipWriter().Stored("a/data.pkl", PickleOfFloats(-1, shape: 1)).ToArray()), StringComparison.Ordinal);
        Assert.Contains(
            "declares 9,223,372,036,854,775,807 elements",
            CheckpointBytes.Refusal(new ZipWriter().Stored("a/data.pkl", PickleOfFloats(long.MaxValue, shape: 1)).ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void WhenAByteOfAStorageIsWrong_TheMessageNamesTheTensor()
    {
        byte[] file = new ZipWriter().Stored("a/data.pkl", PickleOfFloats(2)).Stored("a/data/0", "ABCDEFGH"u8.ToArray()).ToArray();
        file[file.AsSpan().IndexOf("ABCDEFGH"u8)]++;

        Assert.Equal("tensor weight: its storage a/data/0 is damaged: its checksum doesn't match", CheckpointBytes.Refusal(file));
    }

    [Fact]
    public void OfOtherZips_TheMessageSaysWhatTheyAre()
    {
        byte[] pickle = PickleOfFloats(1);
        byte[] script = _fixture.WriteZip(w => w.None()).Stored("net/constants.pkl", pickle).ToArray();

        Assert.StartsWith("is TorchScript (torch.jit.save), not a state dict; in Python, save", CheckpointBytes.Refusal(script), StringComparison.Ordinal);
        Assert.StartsWith("is TorchScript", CheckpointBytes.Refusal(new ZipWriter().Stored("net/model.json", pickle).ToArray()), StringComparison.Ordinal);
        Assert.StartsWith("is a zip without data.pkl", CheckpointBytes.Refusal(new ZipWriter().Stored("readme.txt", pickle).ToArray()), StringComparison.Ordinal);
        Assert.StartsWith("is a zip without data.pkl", CheckpointBytes.Refusal(new ZipWriter().ToArray()), StringComparison.Ordinal);
        Assert.StartsWith(
            "is a zip with more than one data.pkl",
            CheckpointBytes.Refusal(new ZipWriter().Stored("a/data.pkl", pickle).Stored("b/data.pkl", pickle).ToArray()), StringComparison.Ordinal);
        Assert.StartsWith(
            "a/byteorder is middle",
            CheckpointBytes.Refusal(new ZipWriter().Stored("a/data.pkl", pickle).Stored("a/byteorder", "middle"u8.ToArray()).ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("_rebuild_sparse_tensor", "tensor weight is of a kind that can't be read (torch._utils._rebuild_sparse_tensor)")]
    [InlineData("_rebuild_qtensor", "tensor weight is of a kind that can't be read (torch._utils._rebuild_qtensor)")]
    public void OfTensorsThatArentDense_TheMessageNamesThem(string function, string expected)
    {
        Assert.StartsWith(
            expected, CheckpointBytes.Refusal(_fixture.Write(("weight", w => w.Call("torch._utils", function)))), StringComparison.Ordinal);
    }

    [Fact]
    public void OfAnUnsupportedElementType_TheMessageNamesIt()
    {
        TorchFixture fixture = new TorchFixture(legacy: false).WithStorage("0", "ComplexFloatStorage", 1L);

        Assert.Equal(
            "tensor weight: elements of type complex64 aren't supported",
            CheckpointBytes.Refusal(fixture.Write(("weight", fixture.Tensor("0", 0, [1], [1])))));
    }

    private static StateDict Load(params (string Name, Action<PickleWriter> Tensor)[] tensors) =>
        CheckpointBytes.Load(new TorchFixture(legacy: false).WithStorage("0", "FloatStorage", 1f, 2, 3).Write(tensors)).State;

    private static byte[] PickleOfFloats(long count, long? shape = null) => PickleWriter.Of(w => w.Dictionary(("weight", FloatTensor("0", count, shape))));

    private static Action<PickleWriter> FloatTensor(string key, long count, long? shape = null) => w => w.Call(
        "torch._utils", "_rebuild_tensor_v2", v => v.Storage("FloatStorage", key, count), v => v.Integer(0), v => v.Integers(shape ?? count), v => v.Integers(1),
        v => v.Raw(0x89), v => v.OrderedDictionary());
}
