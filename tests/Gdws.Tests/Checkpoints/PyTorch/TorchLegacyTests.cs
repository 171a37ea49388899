using System.Buffers.Binary;
using Gdws.Tests.Checkpoints.Fixtures;

namespace Gdws.Tests.Checkpoints.PyTorch;

public sealed class TorchLegacyTests
{
    private readonly TorchFixture _fixture = new TorchFixture(legacy: true).WithStorage("10", "FloatStorage", 1f, 2).WithStorage("9", "LongStorage", 3L);

    private byte[] File => _fixture.Write(("weight", _fixture.Tensor("10", 0, [2], [1])), ("count", _fixture.Tensor("9", 0, [], [])));

    [Fact]
    public void OfAViewOfAStorage_OffsetsCountFromTheView()
    {
        TorchFixture fixture = new TorchFixture(legacy: true).WithStorage("0", "FloatStorage", 0f, 1, 2, 3, 4, 5);

        Assert.Equal([3, 4], CheckpointBytes.Load(fixture.Write(("weight", fixture.Tensor("0", 1, [2], [1], (2, 3))))).State["weight"].ToSingles());
        Assert.Contains(
            "needs 4 elements of its storage, which has 3",
            CheckpointBytes.Refusal(fixture.Write(("weight", fixture.Tensor("0", 1, [3], [1], (2, 3))))), StringComparison.Ordinal);
        Assert.Contains(
            "is a view of 3 elements from 4 on of 6",
            CheckpointBytes.Refusal(fixture.Write(("weight", fixture.Tensor("0", 0, [1], [1], (4, 3))))), StringComparison.Ordinal);
        Assert.Contains(
            "is a view of 9,223,372,036,854,775,807 elements",
            CheckpointBytes.Refusal(fixture.Write(("weight", fixture.Tensor("0", 0, [1], [1], (1, long.MaxValue))))), StringComparison.Ordinal);
    }

    [Fact]
    public void WhenTheFileIsTruncated_TheMessageNamesTheTensor()
    {
        byte[] file = File;

        Assert.Equal(
            $"is truncated in tensor count: it needs 8 bytes from offset {file.Length - 8:N0} on, 5 are left", CheckpointBytes.Refusal(file[..^3]));
    }

    [Fact]
    public void WhenACountDisagreesWithThePickle_TheMessageNamesTheTensor()
    {
        byte[] file = File;
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(file.Length - 16), long.MaxValue);

        Assert.Equal(
            $"tensor count has 9,223,372,036,854,775,807 elements at offset {file.Length - 16:N0}, expected the 1 that the pickle says",
            CheckpointBytes.Refusal(file));
    }

    [Fact]
    public void OfAWholeModel_TheMessageSaysWhatToSaveInstead()
    {
        string message = CheckpointBytes.Refusal(_fixture.Write(w => w.Tuple(
            v => v.Text("module"), v => v.Global("torch", "Tensor"), v => v.Text("net.py"), v => v.Text("class Net: pass")).Raw('Q')));

        Assert.StartsWith("holds a whole pickled model", message, StringComparison.Ordinal);
        Assert.Contains("torch.save(model.state_dict(), path)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfAPickleThatTorchDidntWrite_TheMessageSaysSo()
    {
        Assert.StartsWith(
            "is a Python pickle but not one that torch.save wrote", CheckpointBytes.Refusal(PickleWriter.Of(w => w.Dictionary())), StringComparison.Ordinal);
        Assert.StartsWith(
            "asks to call posix.system", CheckpointBytes.Refusal("cposix\nsystem\np0\n(Vecho\np1\ntp2\nRp3\n."u8.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void OfStoragesThatNothingMentions_TheFileIsRefused()
    {
        byte[] file = _fixture.Write(("weight", _fixture.Tensor("10", 0, [2], [1])));

        Assert.StartsWith("holds a storage 9 that its pickle doesn't mention", CheckpointBytes.Refusal(file), StringComparison.Ordinal);
    }
}
