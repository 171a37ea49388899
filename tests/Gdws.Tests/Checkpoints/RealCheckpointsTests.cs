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
}
