namespace Gdws.Data;

/// <summary>How labelled images are stored.</summary>
public enum DatasetKind
{
    /// <summary>CIFAR-10 in its binary or its Python version, <c>cifar10:DIR</c>.</summary>
    Cifar10,

    /// <summary>CIFAR-100 in its binary or its Python version, <c>cifar100:DIR</c>.</summary>
    Cifar100,

    /// <summary>SVHN cropped digits, <c>svhn:FILE.mat</c>.</summary>
    Svhn,

    /// <summary>Fashion-MNIST in IDX files, <c>fashion-mnist:DIR</c>.</summary>
    FashionMnist,

    /// <summary>MNIST in IDX files, <c>mnist:DIR</c>.</summary>
    Mnist,

    /// <summary>Images in one folder per class, <c>imagenet:DIR</c>.</summary>
    ImageNet,

    /// <summary>The Fashion-MNIST images that ship with the program, <c>samples</c>.</summary>
    Samples,
}
