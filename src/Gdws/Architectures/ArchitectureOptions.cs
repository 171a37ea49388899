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

    /// <summary>
    /// For checkpoints of HYDRA with <c>popup_scores</c>: the share k of a layer's weights that its mask keeps, above 0 and at most 1, e.g. 0.1 where 90 %
    /// were pruned. The file doesn't tell it. Null for checkpoints without scores.
    /// </summary>
    public double? Keep { get; init; }

    /// <summary>
    /// For RobNets whose operations their parameters don't tell: the codes of the cells, 14 a cell (00 nothing, 01 separable convolution, 10 identity,
    /// 11 both), cells apart by new lines or <c>/</c>; one cell stands for all. Null to go by the parameters and the published genotypes.
    /// </summary>
    public string? Genotype { get; init; }
}
