using Gdws.Onnx;

namespace Gdws.Architectures;

/// <summary>What a checkpoint can't tell about its network, and what the caller wants checked.</summary>
public sealed record ArchitectureOptions
{
    /// <summary>The number of classes that the network must have; null to take what the checkpoint has.</summary>
    public int? Classes { get; init; }

    /// <summary>The number of image channels that the network must have, 1 or 3 as a rule; null to take what the checkpoint has.</summary>
    public int? Channels { get; init; }

    /// <summary>
    /// Rows and columns of the images; null for the architecture's own: 224 for those made for ImageNet, else 32, or 28 where there is
    /// one channel (MNIST and Fashion-MNIST) and the network is no VGG or Wide ResNet, whose poolings need 32.
    /// </summary>
    public int? ImageSize { get; init; }

    /// <summary>What has to be done to an image in [0,1] before the network reads it.</summary>
    public InputConversion Input { get; init; } = InputConversion.None;
}
