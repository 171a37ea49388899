using Gdws.Torch.Training;

namespace Gdws.Torch.Pruning;

/// <summary>
/// Pruning by the alternating direction method of multipliers (Ye et al. 2019): min loss(W) + ρ/2 Σ ‖W − Z + U‖², with Z the nearest pruned form of W + U.
/// A round trains W; then Z ← prune(W + U), U ← U + W − Z, and ρ grows by 1.3. The learning rate begins anew in every round.
/// </summary>
internal sealed class AdmmSearch : IDisposable
{
    private const double FirstPenalty = 1e-3;
    private const double Growth = 1.3;

    private readonly PruningOptions _options;
    private readonly TrainableNetwork _network;
    private readonly Dictionary<string, (Tensor Pruned, Tensor Multiplier)> _states = new(StringComparer.Ordinal);
    private double _penalty = FirstPenalty;

    private AdmmSearch(PruningOptions options, TrainableNetwork network)
    {
        _options = options;
        _network = network;
        foreach (PrunableLayer layer in PrunableLayer.Of(network, options.Structure))
        {
            Tensor weight = network[layer.Weight].Value;
            using Tensor none = torch.zeros_like(weight, requires_grad: false);
            _states[layer.Weight] = (Projected(weight, none), none.clone().DetachFromDisposeScope());
        }
    }

    /// <summary>Trains the weights towards their pruned form and returns the masks of that.</summary>
    public static Dictionary<string, Tensor> Search(PruningWork work)
    {
        PruningOptions options = work.Options;
        using TrainableNetwork network = work.Begin();
        using AdmmSearch search = new(options, network);
        for (int round = 0; round < options.Rounds; round++)
        {
            // Every round has at least an epoch, and the first ones take what doesn't divide evenly.
            int epochs = Math.Max(1, (options.SearchEpochs / options.Rounds) + (round < options.SearchEpochs % options.Rounds ? 1 : 0));
            TrainingOptions training = options.Search(epochs, LearningRateKind.Piecewise) with { Seed = options.FineTuning.Seed + round };
            work.Train($"ADMM, round {round + 1} of {options.Rounds}", network, training, validates: false, search.Penalty);
            search.EndRound();
        }

        work.Continue(network);
        return search._states.ToDictionary(
            entry => entry.Key, entry => PruningMask.Of(network[entry.Key].Value, options.Ratio, options.Structure), StringComparer.Ordinal);
    }

    public void Dispose()
    {
        foreach ((Tensor pruned, Tensor multiplier) in _states.Values)
        {
            pruned.Dispose();
            multiplier.Dispose();
        }
    }

    private Tensor Penalty()
    {
        using Scalar half = (_penalty / 2).ToScalar();
        Tensor? sum = null;
        foreach ((string name, (Tensor pruned, Tensor multiplier)) in _states)
        {
            Tensor distance = _network[name].Value.Minus(pruned).Plus(multiplier).square().sum();
            sum = sum is null ? distance : sum.Plus(distance);
        }

        return sum!.mul(half);
    }

    private void EndRound()
    {
        using IDisposable noGradients = torch.no_grad();
        foreach (string name in _states.Keys.ToArray())
        {
            (Tensor pruned, Tensor multiplier) = _states[name];
            Tensor weight = _network[name].Value;
            Tensor projected = Projected(weight, multiplier);
            pruned.Dispose();
            using Tensor rest = weight.Minus(projected);
            multiplier.add_(rest, KeptScalar.One);
            _states[name] = (projected, multiplier);
        }

        _penalty *= Growth;
    }

    /// <summary>The nearest weight to W + U that is pruned.</summary>
    private Tensor Projected(Tensor weight, Tensor multiplier)
    {
        using IDisposable noGradients = torch.no_grad();
        using Tensor sum = weight.Plus(multiplier);
        using Tensor mask = PruningMask.Of(sum, _options.Ratio, _options.Structure);
        return sum.mul(mask).DetachFromDisposeScope();
    }
}
