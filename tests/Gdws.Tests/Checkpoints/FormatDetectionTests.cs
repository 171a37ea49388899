using System.Text;
using Gdws.Checkpoints;
using Gdws.Tests.Checkpoints.Fixtures;

namespace Gdws.Tests.Checkpoints;

public sealed class FormatDetectionTests
{
    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\u001f\u008b\u0008\0", "is a gzip archive, expected a PyTorch checkpoint")]
    [InlineData("7z\u00bc\u00af\u0027\u001c", "is a 7z archive")]
    [InlineData("\u00fd7zXZ\0", "is a xz archive")]
    [InlineData("BZh9", "is a bzip2 archive")]
    [InlineData("\u0028\u00b5\u002f\u00fd", "is a zstd archive")]
    [InlineData("Rar!", "is a RAR archive")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "is only a Git LFS pointer")]
    [InlineData("\n<!DOCTYPE html><html>", "is a web page")]
    [InlineData("<html>", "is a web page")]
    [InlineData("\u0089HDF\r\n\u001a\n", "is HDF5 (Keras)")]
    [InlineData("\u0008\u0007\u0012\u0007pytorch", "is of an unknown kind, expected a PyTorch checkpoint (.pth) or safetensors; its first bytes are 080712077079746f")]
    [InlineData("x", "is of an unknown kind")]
    public void OfAnotherKindOfFile_TheMessageSaysWhich(string content, string expected) =>
        Assert.StartsWith(expected, CheckpointBytes.Refusal(Encoding.Latin1.GetBytes(content)), StringComparison.Ordinal);

    [Fact]
    public void OfATarFile_TheMessageSaysWhichPyTorchWroteThose()
    {
        byte[] tar = new byte[1024];
        "storages"u8.CopyTo(tar);
        "ustar  "u8.CopyTo(tar.AsSpan(257));

        Assert.StartsWith("is a tar archive: either the form of PyTorch 0.1.9 and older", CheckpointBytes.Refusal(tar), StringComparison.Ordinal);
    }

    [Fact]
    public void WhenTheFileIsMissingOrAFolder_TheMessageSaysSo()
    {
        Assert.Contains("there is no such file", Assert.Throws<GdwsException>(() => Checkpoint.Load("missing.pth")).Message, StringComparison.Ordinal);
        Assert.Contains("it is a folder", Assert.Throws<GdwsException>(() => Checkpoint.Load(Path.GetTempPath())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CheckpointFormat.PyTorchZip, "pytorch-zip")]
    [InlineData(CheckpointFormat.PyTorchLegacy, "pytorch-legacy")]
    [InlineData(CheckpointFormat.SafeTensors, "safetensors")]
    public void NamesOfFormats_AreThoseOfReports(CheckpointFormat format, string name) => Assert.Equal(name, format.Name());
}
