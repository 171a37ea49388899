namespace Gdws.Torch.Training;

/// <summary>Everything that a training would need to go on: weights, velocities, their average, the best so far, and what happened.</summary>
internal sealed class TrainingState : IDisposable
{
    public TrainingState(TrainableNetwork network, TrainingOptions options)
    {
        Network = network;
        Descent = new StochasticGradientDescent(options.Momentum, options.WeightDecay);
        Average = options.AverageDecay is { } decay ? new WeightAverage(network, decay) : null;
    }

    public TrainableNetwork Network { get; }

    public StochasticGradientDescent Descent { get; }

    public WeightAverage? Average { get; }

    /// <summary>Weights and statistics of the best epoch by name; empty where there is none yet.</summary>
    public Dictionary<string, Tensor> Best { get; } = new(StringComparer.Ordinal);

    public TrainingRecord Record { get; set; } = new();

    /// <summary>What is measured and becomes the result: the average where there is one.</summary>
    private IEnumerable<KeyValuePair<string, Tensor>> Measured => Average?.Values ?? Network.State;

    public void KeepBest()
    {
        foreach ((string name, Tensor tensor) in Measured)
        {
            using Tensor detached = tensor.detach();
            if (Best.Remove(name, out Tensor? old))
                old.Dispose();
            Best[name] = detached.clone().DetachFromDisposeScope();
        }
    }

    /// <summary>Puts the result into the network: the best epoch's, else the last one's.</summary>
    public void TakeResult()
    {
        using IDisposable noGradients = torch.no_grad();
        IReadOnlyDictionary<string, Tensor>? result = Best.Count > 0 ? Best : Average?.Values;
        if (result is null)
            return;
        foreach ((string name, Tensor tensor) in Network.State)
            tensor.copy_(result[name]);
    }

    /// <summary>The name of a tensor that isn't all numbers, or null.</summary>
    public string? FirstBroken()
    {
        using IDisposable noGradients = torch.no_grad();
        foreach ((string name, Tensor tensor) in Network.State)
        {
            using Tensor finite = tensor.isfinite();
            using Tensor all = finite.all();
            if (!all.item<bool>())
                return name;
        }

        return null;
    }

    public void Dispose()
    {
        Descent.Dispose();
        Average?.Dispose();
        foreach (Tensor tensor in Best.Values)
            tensor.Dispose();
    }
}
