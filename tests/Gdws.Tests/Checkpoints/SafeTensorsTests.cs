using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Gdws.Checkpoints;
using Gdws.Tests.Checkpoints.Fixtures;

namespace Gdws.Tests.Checkpoints;

public sealed class SafeTensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gdws-").FullName;

    private static readonly Gen<CheckpointTensor> s_tensor =
        from name in Gen.String[Gen.Char["abcz.\"\\é<+"], 1, 12]
        from type in Gen.Enum<ElementType>()
        from shape in Gen.Int[0, 4].Array[0, 3]
        from bytes in Gen.Byte.Array[shape.Aggregate(type.Size(), (product, d) => product * d)]
        select new CheckpointTensor(name, type, shape, bytes);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void OfAnyTensors_WhatIsWrittenIsRead() =>
        s_tensor.Array[0, 8].Select(Gen.Dictionary(Gen.String[Gen.Char['a', 'z'], 1, 5], Gen.String)[0, 3]).Sample(
            (tensors, metadata) =>
            {
                string path = Path.Combine(_folder, $"{Guid.NewGuid():N}.safetensors");
                tensors = [.. tensors.DistinctBy(t => t.Name)];
                metadata = metadata.ToDictionary(m => m.Key, m => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(m.Value)));
                SafeTensors.Write(path, tensors, metadata);
                byte[] written = File.ReadAllBytes(path);
                SafeTensors.Write(path, tensors.Reverse(), metadata.Reverse().ToDictionary());
                Checkpoint read = Checkpoint.Load(path);

                Assert.Equal(written, File.ReadAllBytes(path));
                Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(written) % 8);
                Assert.Equal(CheckpointFormat.SafeTensors, read.Format);
                Assert.Equal(metadata, read.Metadata);
                Assert.Equal(tensors.Length, read.State.Count);
                foreach (CheckpointTensor tensor in tensors)
                {
                    Assert.Equal(tensor.Type, read.State[tensor.Name].Type);
                    Assert.Equal(tensor.Shape, read.State[tensor.Name].Shape);
                    Assert.Equal(tensor.Bytes.ToArray(), read.State[tensor.Name].Bytes.ToArray());
                }
            },
            iter: 200);

    [Fact]
    public void OfASmallFile_TheBytesAreThoseOfTheFormat()
    {
        string path = Path.Combine(_folder, "new", "small.safetensors");

        SafeTensors.Write(
            path,
            [
                new CheckpointTensor("b", ElementType.UInt8, [3], new byte[] { 1, 2, 3 }),
                new CheckpointTensor("é", ElementType.Float16, [], new byte[] { 0, 0x3c }),
                new CheckpointTensor("a", ElementType.Float16, [1, 1], new byte[] { 0, 0x40 }),
            ],
            new Dictionary<string, string> { ["z"] = "1", ["source"] = "net.pth" });

        const string Header = """{"__metadata__":{"source":"net.pth","z":"1"},"a":{"dtype":"F16","shape":[1,1],"data_offsets":[0,2]},"é":{"dtype":"F16","shape":[],"data_offsets":[2,4]},"b":{"dtype":"U8","shape":[3],"data_offsets":[4,7]}}""";
        byte[] header = Encoding.UTF8.GetBytes(Header);
        byte[] padded = [.. header, .. Enumerable.Repeat((byte)' ', (8 - header.Length % 8) % 8)];
        Assert.Equal([.. BitConverter.GetBytes((long)padded.Length), .. padded, 0, 0x40, 0, 0x3c, 1, 2, 3], File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "isn't valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}x""", 8, "isn't valid JSON")]
    [InlineData("""{"a":[[[[[[]]]]]]}""", 0, "tensor a: expected StartObject")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[[[2]]]],"data_offsets":[0,8]}}""", 8, "tensor a: shape: expected a list of numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "two tensors named a")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", 8, "dtype is unknown or there twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}""", 8, "x is unknown or there twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "expected dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "expected dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "tensor a: elements of type F8_E4M3 aren't supported")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "tensor a: shape [3] of float32 needs 12 bytes, data_offsets [0, 8] give 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "tensor a: shape: expected integers from 0 on")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}""", 8, "tensor a: shape: expected integers from 0 on")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "tensor a: impossible shape [4294967296, 4294967296]")]
    [InlineData("""{"a":{"dtype":"U8","shape":[65536,65536],"data_offsets":[0,0]}}""", 0, "tensor a: impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "data_offsets [8, 0] give -8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "is truncated in tensor a: it ends at byte 8 of the data, which has 7")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "its tensors take 8 bytes of the 9 behind the header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "tensor a leaves a hole before it: it begins at byte 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "tensor b overlaps the one before")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "__metadata__: a: expected String")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "__metadata__ has a twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "has two __metadata__")]
    [InlineData("{\"a\\u000a\":{}}", 0, "tensor name a? holds control characters")]
    public void OfABadHeader_TheMessageSaysWhatIsWrong(string header, int dataLength, string expected)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = [.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[dataLength]];

        Assert.Contains(expected, CheckpointBytes.Refusal(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue, "declares a header of 18,446,744,073,709,551,615 bytes, expected at most 100,000,000")]
    [InlineData(100_000_000ul, "is truncated: it declares a header of 100,000,000 bytes where 2 are left")]
    public void OfAHeaderLongerThanTheFile_NoMemoryIsTaken(ulong length, string expected)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(expected, CheckpointBytes.Refusal([.. BitConverter.GetBytes(length), (byte)'{', (byte)'}']));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void WhenATensorCantBeWritten_NothingIsWritten()
    {
        string path = Path.Combine(_folder, "bad.safetensors");
        CheckpointTensor sound = new("a", ElementType.Float32, [1], new byte[4]);

        Assert.Contains("two tensors named a", Refusal(sound, sound), StringComparison.Ordinal);
        Assert.Contains("one named __metadata__", Refusal(sound with { Name = "__metadata__" }), StringComparison.Ordinal);
        Assert.Contains("tensor a of shape [2] needs 8 bytes, found 4", Refusal(sound with { Shape = [2] }), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));

        string Refusal(params CheckpointTensor[] tensors) => Assert.Throws<GdwsException>(() => SafeTensors.Write(path, tensors)).Message;
    }
}
