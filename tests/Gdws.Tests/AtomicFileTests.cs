namespace Gdws.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gdws-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhenWritingFails_TheTargetKeepsItsContentAndNothingElseIsLeft()
    {
        string target = Path.Combine(_folder, "file.txt");
        File.WriteAllText(target, "before");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(target, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException("interrupted");
        }));

        Assert.Equal("before", File.ReadAllText(target));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void WhenTheTargetIsAFolder_TheMessageSaysSo()
    {
        GdwsException exception = Assert.Throws<GdwsException>(() => AtomicFile.WriteText(_folder, "text"));

        Assert.Contains("is a folder", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenTheFolderIsMissing_ItIsMade()
    {
        string target = Path.Combine(_folder, "new", "file.txt");

        AtomicFile.WriteText(target, "text");

        Assert.Equal("text", File.ReadAllText(target));
    }

    [Fact]
    public void WhenTheDiskIsFull_TheMessageSaysSoAndNothingIsLeft()
    {
        string target = Path.Combine(_folder, "file.bin");

        GdwsException exception = Assert.Throws<GdwsException>(() => AtomicFile.Write(target, stream =>
        {
            stream.Write(new byte[1000]);
            throw new IOException("No space left on device");
        }));

        Assert.Equal($"{target}: can't be written: No space left on device", exception.Message);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void ADevice_IsWrittenToAndNotReplaced()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");

        AtomicFile.WriteText("/dev/null", "text");
        GdwsException exception = Assert.Throws<GdwsException>(() => AtomicFile.WriteText("/dev/full", "text"));

        Assert.Contains("No space left", exception.Message, StringComparison.Ordinal);
        Assert.Equal("", File.ReadAllText("/dev/null"));
    }
}
