namespace Gdws.Torch.Training;

/// <summary>A tensor that training changes.</summary>
public sealed class TrainableParameter
{
    internal TrainableParameter(string name, Tensor value, bool decays)
    {
        Name = name;
        Value = value;
        Decays = decays;
        IsTrained = true;
    }

    /// <summary>The name: for a weight that of the network's initializer.</summary>
    public string Name { get; }

    /// <summary>The tensor itself, as long as the network lives; training changes it in place.</summary>
    public Tensor Value { get; }

    /// <summary>Whether weight decay applies: to weights of convolutions and linear layers, not to biases nor to batch normalisation.</summary>
    public bool Decays { get; }

    /// <summary>Whether it is trained; otherwise it stays as it is and takes no gradient. Default: yes.</summary>
    public bool IsTrained
    {
        get;
        set
        {
            field = value;
            Value.requires_grad = value;
        }
    }
}
