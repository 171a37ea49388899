namespace Gdws.Torch;

/// <summary>How a <see cref="TorchNetwork"/> is made of a model.</summary>
public sealed record TorchNetworkOptions
{
    /// <summary>
    /// Whether the network is rearranged to run faster, which rounds otherwise: a batch normalisation right after a convolution becomes part of it, elsewhere one
    /// multiplication and addition, and weights lie as the processor wants them. Default: yes.
    /// </summary>
    public bool FoldBatchNormalization { get; init; } = true;

    /// <summary>
    /// Whether a softmax at the network's end is left out, so that the outputs are logits: the classes keep their order, and gradients don't vanish
    /// where the network is sure. Default: no.
    /// </summary>
    public bool SkipFinalSoftmax { get; init; }

    /// <summary>Whether everything is computed in double precision, which is slow and meant for checks. Default: no.</summary>
    public bool DoublePrecision { get; init; }

    /// <summary>
    /// Decides, together with a node's place in the graph, what nodes without a seed of their own draw that draw random numbers
    /// (<c>RandomNormalLike</c>, <c>RandomUniformLike</c>, <c>Dropout</c> in training mode). Default: 0.
    /// </summary>
    public int Seed { get; init; }

    /// <summary>How a network that is trained computes from call to call; null where it isn't.</summary>
    internal TrainingMode? Training { get; init; }

    /// <summary>Values that are made of weights alone but computed anew in every run, since the weights change.</summary>
    internal IReadOnlySet<string>? Variables { get; init; }
}
