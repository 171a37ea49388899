using Gdws.Torch.Training;

namespace Gdws.Torch.Pruning;

/// <summary>
/// HYDRA's search (Sehwag et al. 2020): every weight has a score, the network computes with the weights of the highest scores, and the scores are trained
/// while the weights stay as they are.
/// </summary>
internal static class HydraScores
{
    /// <summary>The first scores: √(6 / inputs of an output) · W / max|W|, so that training begins from pruning by magnitude.</summary>
    /// <param name="weight"><c>[M, …]</c>.</param>
    public static Tensor First(Tensor weight)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradients = torch.no_grad();
        double largest = weight.abs().max().item<float>();
        double inputs = (double)weight.numel() / weight.shape[0];
        double factor = largest > 0 ? Math.Sqrt(6 / inputs) / largest : 0;
        using Scalar scale = factor.ToScalar();
        return weight.detach().mul(scale).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The weights that stay, with gradients as if the mask were the size of the scores itself (straight through): ∂/∂s = sign(s) · W · ∂/∂(masked W).
    /// </summary>
    public static Tensor Masked(Tensor weight, Tensor scores, double ratio, PruningStructure structure)
    {
        using Tensor mask = PruningMask.Of(scores, ratio, structure);
        using Tensor size = scores.abs();
        using Tensor constant = size.detach();

        // size − constant is zero, exactly, and carries the gradient.
        using Tensor through = size.Minus(constant).Plus(mask);
        return weight.mul(through);
    }

    /// <summary>Trains scores for every layer and returns their masks.</summary>
    public static Dictionary<string, Tensor> Search(PruningWork work)
    {
        PruningOptions options = work.Options;
        using TrainableNetwork network = work.Begin();
        IReadOnlyList<PrunableLayer> layers = PrunableLayer.Of(network, options.Structure);
        HashSet<string> frozen = [.. layers.Select(layer => layer.Weight), .. layers.Select(layer => layer.Bias).OfType<string>()];
        foreach (TrainableParameter parameter in network.Parameters.Where(parameter => parameter.Decays || frozen.Contains(parameter.Name)))
            parameter.IsTrained = false;
        Dictionary<string, TrainableParameter> scores = new(StringComparer.Ordinal);
        foreach (PrunableLayer layer in layers)
        {
            using Tensor first = First(network[layer.Weight].Value);
            TrainableParameter score = network.Add($"{layer.Weight}.scores", first, decays: true);
            scores[layer.Weight] = score;
            network.Express(layer.Weight, weight => Masked(weight, score.Value, options.Ratio, options.Structure));
        }

        work.Train("scores", network, options.Search(options.SearchEpochs, LearningRateKind.Cosine), validates: true);
        return scores.ToDictionary(entry => entry.Key, entry => PruningMask.Of(entry.Value.Value, options.Ratio, options.Structure), StringComparer.Ordinal);
    }
}
