using Gdws.Data;

namespace Gdws.Tests.Data;

public sealed class DatasetSpecificationTests
{
    [Theory]
    [InlineData("cifar10:DIR", DatasetKind.Cifar10, "DIR")]
    [InlineData("cifar100:a/b", DatasetKind.Cifar100, "a/b")]
    [InlineData("svhn:test_32x32.mat", DatasetKind.Svhn, "test_32x32.mat")]
    [InlineData("Fashion-MNIST:.", DatasetKind.FashionMnist, ".")]
    [InlineData("mnist:C:\\data", DatasetKind.Mnist, "C:\\data")]
    [InlineData("imagenet:/val", DatasetKind.ImageNet, "/val")]
    [InlineData("samples", DatasetKind.Samples, "")]
    public void EveryKind_IsUnderstood(string text, DatasetKind kind, string path)
    {
        DatasetSpecification specification = DatasetSpecification.Parse(text);

        Assert.Equal((kind, path, text), (specification.Kind, specification.Path, specification.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("cifar:DIR")]
    [InlineData("/some/folder")]
    [InlineData(":DIR")]
    public void WhenTheKindIsUnknown_TheMessageListsTheKinds(string text)
    {
        string message = Assert.Throws<GdwsException>(() => DatasetSpecification.Parse(text)).Message;

        string[] kinds = ["cifar10:DIR", "cifar100:DIR", "svhn:FILE.mat", "fashion-mnist:DIR", "mnist:DIR", "imagenet:DIR", "samples"];
        foreach (string kind in kinds)
            Assert.Contains(kind, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("cifar10", "cifar10:DIR")]
    [InlineData("svhn:", "svhn:FILE.mat")]
    [InlineData("samples:DIR", "takes no path")]
    public void WhenThePathIsMissingOrTooMuch_TheMessageSaysSo(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<GdwsException>(() => DatasetSpecification.Parse(text)).Message, StringComparison.Ordinal);
}
