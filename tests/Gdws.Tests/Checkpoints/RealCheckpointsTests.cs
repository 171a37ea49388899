using System.Security.Cryptography;
using System.Text;
using Gdws.Checkpoints;

namespace Gdws.Tests.Checkpoints;

public sealed class RealCheckpointsTests
{
    [Theory]
    [InlineData("prn18_cifar10_linf8.pth", CheckpointFormat.PyTorchZip, 107, "conv1.weight", ElementType.Float16, "[64, 3, 3, 3]")]
    [InlineData("vgg16_cifar10_linf8.pth", CheckpointFormat.PyTorchZip, 93, "features.0.weight", ElementType.Float16, "[64, 3, 3, 3]")]
    [InlineData("prn18w16_fmnist_linf25.pth", CheckpointFormat.PyTorchZip, 107, "conv1.weight", ElementType.Float16, "[16, 1, 3, 3]")]
    [InlineData("resnet_4b.pth", CheckpointFormat.PyTorchZip, 26, "conv1.weight", ElementType.Float32, "[16, 3, 3, 3]")]
    [InlineData("resnet20_pgd.pth", CheckpointFormat.PyTorchZip, 128, "conv_1.weight", ElementType.Float32, "[16, 3, 3, 3]")]
    [InlineData("resnet20-12fca82f.th", CheckpointFormat.PyTorchLegacy, 97, "conv1.weight", ElementType.Float32, "[16, 3, 3, 3]")]
    [InlineData("kw_svhn.pth", CheckpointFormat.PyTorchLegacy, 8, "0.weight", ElementType.Float32, "[16, 3, 4, 4]")]
    public void OfRealNetworks_AllTensorsAreReadAndFinite(
        string file, CheckpointFormat format, int count, string name, ElementType type, string shape)
    {
        Checkpoint checkpoint = Checkpoint.Load(SharedFiles.Find($"models/{file}"));

        Assert.Equal(format, checkpoint.Format);
        Assert.Equal(count, checkpoint.State.Count);
        Assert.Equal(type, checkpoint.State[name].Type);
        Assert.Equal(shape, checkpoint.State[name].ShapeText);
        Assert.All(checkpoint.State, t =>
        {
            Assert.Equal(t.Length * t.Type.Size(), t.Bytes.Length);
            Assert.All(t.ToSingles().Chunk(4096), c => Assert.DoesNotContain(c, v => !float.IsFinite(v)));
        });
    }

    /// <summary>Digests of all names and elements in order, computed from the same files with CPython's pickle, zipfile and struct modules.</summary>
    [Theory]
    [InlineData("prn18_cifar10_linf8.pth", "68e37b85e5576d047a5130c753001b96")]
    [InlineData("vgg16_cifar10_linf8.pth", "37d2ea6ab51aa9dc4e158692ef00c08b")]
    [InlineData("prn18w16_fmnist_linf25.pth", "90cc293c35c1f7a375736e76be658af3")]
    [InlineData("resnet_4b.pth", "bc6cb3ab7169b2bc815a15a70b4d7de1")]
    [InlineData("resnet20_pgd.pth", "df492c2338edd984171b67344a31be51")]
    [InlineData("resnet20-12fca82f.th", "b0a845a931deb07e2020f9498e047407")]
    [InlineData("kw_svhn.pth", "9205fd57c92b0af56324d63802a7b20b")]
    public void OfRealNetworks_EveryByteIsTheOneThatPythonReads(string file, string digest)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (CheckpointTensor tensor in Checkpoint.Load(SharedFiles.Find($"models/{file}")).State)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(tensor.Name));
            hash.AppendData(tensor.Bytes.Span);
        }

        Assert.StartsWith(digest, Convert.ToHexStringLower(hash.GetHashAndReset()), StringComparison.Ordinal);
    }

    [Fact]
    public void OfARealNetwork_TheValuesBesideTheStateDictAreKept()
    {
        Checkpoint checkpoint = Checkpoint.Load(SharedFiles.Find("models/resnet_4b.pth"));

        Assert.Equal("0.772", checkpoint.Metadata["test_acc"]);
    }
}
