using Gdws.Onnx;

namespace Gdws.Torch.Pruning;

/// <summary>A pruned network.</summary>
/// <param name="Network">The network; its metadata (<c>gdws.pruning</c>, JSON) tell how it was made.</param>
/// <param name="Layers">What is left of every layer.</param>
/// <param name="Stages">The trainings, in order.</param>
/// <param name="RemovedChannels">With <see cref="PruningStructure.Filter"/>: the filters that are no longer in the network at all.</param>
public sealed record PruningResult(OnnxModel Network, IReadOnlyList<PrunedLayer> Layers, IReadOnlyList<PruningStage> Stages, int RemovedChannels)
{
    /// <summary>Weights of all pruned layers before.</summary>
    public long Weights => Layers.Sum(layer => layer.Weights);

    /// <summary>Weights that stay.</summary>
    public long Kept => Layers.Sum(layer => layer.Kept);

    /// <summary>The size ratio as papers on pruning give it: weights before over weights that stay.</summary>
    public double SizeRatio => (double)Weights / Kept;
}
