namespace Gdws.Torch.Training;

/// <summary>
/// The exponential moving average of everything that training changes, the statistics of batch normalisation included. Early on it forgets faster, with the
/// factor (1 + t) / (10 + t) after t steps, so that the random start doesn't linger.
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly TrainableNetwork _network;
    private readonly double _decay;
    private readonly Dictionary<string, Tensor> _values = new(StringComparer.Ordinal);

    public WeightAverage(TrainableNetwork network, double decay)
    {
        _network = network;
        _decay = decay;
        foreach ((string name, Tensor tensor) in network.State)
            _values[name] = Copy(tensor);
    }

    /// <summary>The average by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Values => _values;

    /// <summary>Takes in the network as it is after a step.</summary>
    /// <param name="steps">The steps before it.</param>
    public void Update(long steps)
    {
        double decay = Math.Min(_decay, (1.0 + steps) / (10.0 + steps));
        using IDisposable noGradients = torch.no_grad();
        using Scalar kept = decay.ToScalar();
        using Scalar renewed = (1 - decay).ToScalar();
        foreach ((string name, Tensor tensor) in _network.State)
            _values[name].mul_(kept).add_(tensor, renewed);
    }

    /// <summary>Exchanges the network's tensors with the average; twice is as if nothing had been.</summary>
    public void Exchange()
    {
        using IDisposable noGradients = torch.no_grad();
        foreach ((string name, Tensor tensor) in _network.State)
        {
            using Tensor kept = tensor.clone();
            tensor.copy_(_values[name]);
            _values[name].copy_(kept);
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _values.Values)
            tensor.Dispose();
    }

    private static Tensor Copy(Tensor tensor)
    {
        using Tensor detached = tensor.detach();
        return detached.clone().DetachFromDisposeScope();
    }
}
