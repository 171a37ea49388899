using CsCheck;
using Gdws.Checkpoints;
using Gdws.Tests.Checkpoints.Fixtures;

namespace Gdws.Tests.Checkpoints;

/// <summary>A damaged file is loaded or refused; it never crashes, hangs or takes memory that the file doesn't warrant.</summary>
public sealed class DamagedCheckpointTests
{
    private const long MemoryLimit = 1 << 25;

    public static TheoryData<CheckpointFormat> Formats => [.. Enum.GetValues<CheckpointFormat>()];

    [Theory]
    [MemberData(nameof(Formats))]
    public void TruncatedAnywhere_TheFileIsRefused(CheckpointFormat format)
    {
        byte[] file = Small(format);
        Assert.Equal(3, CheckpointBytes.Load(file).State.Count);

        for (int length = 0; length < file.Length; length++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            InvalidFileException exception = Assert.Throws<InvalidFileException>(() => CheckpointBytes.Load(file[..length]));
            Assert.DoesNotContain('\n', exception.Message);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MemoryLimit);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void WithFlippedBits_TheFileIsLoadedOrRefused(CheckpointFormat format)
    {
        byte[] file = Small(format);
        Gen.Int[0, file.Length * 8 - 1].Array[1, 4].Sample(
            bits =>
            {
                byte[] damaged = [.. file];
                foreach (int bit in bits)
                    damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                LoadOrRefuse(damaged);
            },
            iter: 2000);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void WithEachByteAtItsExtremes_TheFileIsLoadedOrRefused(CheckpointFormat format)
    {
        byte[] file = Small(format);
        for (int i = 0; i < file.Length; i++)
        {
            foreach (byte extreme in new byte[] { 0, 0x7f, 0xff })
            {
                byte[] damaged = [.. file];
                damaged[i] = extreme;
                LoadOrRefuse(damaged);
            }
        }
    }

    private static void LoadOrRefuse(byte[] file)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            foreach (CheckpointTensor tensor in CheckpointBytes.Load(file).State)
                Assert.Equal(tensor.Length, tensor.ToSingles().Length);
        }
        catch (GdwsException exception)
        {
            Assert.DoesNotContain('\n', exception.Message);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MemoryLimit);
    }

    private static byte[] Small(CheckpointFormat format)
    {
        if (format == CheckpointFormat.SafeTensors)
            return SmallSafeTensors();

        TorchFixture fixture = new TorchFixture(format == CheckpointFormat.PyTorchLegacy)
            .WithStorage("0", "HalfStorage", (Half)1, (Half)2, (Half)3, (Half)4)
            .WithStorage("1", "LongStorage", 5L);
        return fixture.Write(w => w.Dictionary(
            ("epoch", v => v.Integer(3)),
            ("state_dict", v => v.OrderedDictionary(
                ("conv.weight", fixture.Tensor("0", 0, [2, 2], [1, 2])),
                ("conv.bias", fixture.Tensor("0", 1, [3], [1])),
                ("bn.count", fixture.Tensor("1", 0, [], []))))));
    }

    private static byte[] SmallSafeTensors()
    {
        string path = Path.Combine(Path.GetTempPath(), $"gdws-{Guid.NewGuid():N}.safetensors");
        try
        {
            SafeTensors.Write(
                path,
                [
                    new CheckpointTensor("conv.weight", ElementType.Float16, [2, 2], new byte[8]),
                    new CheckpointTensor("conv.bias", ElementType.Float32, [2], new byte[8]),
                    new CheckpointTensor("bn.count", ElementType.Int64, [], new byte[8]),
                ],
                new Dictionary<string, string> { ["epoch"] = "3" });
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
