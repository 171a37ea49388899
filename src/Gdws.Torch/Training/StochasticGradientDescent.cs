namespace Gdws.Torch.Training;

/// <summary>Stochastic gradient descent with momentum μ and weight decay λ: v ← μ v + (g + λ w), w ← w − rate · v, as PyTorch computes it.</summary>
internal sealed class StochasticGradientDescent(double momentum, double decay) : IDisposable
{
    private readonly Dictionary<string, Tensor> _velocities = new(StringComparer.Ordinal);

    /// <summary>The velocities by parameter, of those that have one yet.</summary>
    public IReadOnlyDictionary<string, Tensor> Velocities => _velocities;

    public void Step(IReadOnlyList<TrainableParameter> parameters, IReadOnlyList<Tensor> gradients, double rate)
    {
        using IDisposable noGradients = torch.no_grad();
        using Scalar downhill = (-rate).ToScalar();
        for (int i = 0; i < parameters.Count; i++)
        {
            TrainableParameter parameter = parameters[i];
            Tensor velocity = Velocity(parameter);
            velocity.mul_(KeptScalar.Of(momentum)).add_(gradients[i], KeptScalar.One);
            if (parameter.Decays && decay > 0)
                velocity.add_(parameter.Value, KeptScalar.Of(decay));
            parameter.Value.add_(velocity, downhill);
        }
    }

    public void Restore(string parameter, Tensor velocity)
    {
        if (_velocities.Remove(parameter, out Tensor? old))
            old.Dispose();
        _velocities[parameter] = velocity.DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor velocity in _velocities.Values)
            velocity.Dispose();
    }

    private Tensor Velocity(TrainableParameter parameter)
    {
        if (!_velocities.TryGetValue(parameter.Name, out Tensor? velocity))
            _velocities[parameter.Name] = velocity = torch.zeros_like(parameter.Value).DetachFromDisposeScope();
        return velocity;
    }
}
