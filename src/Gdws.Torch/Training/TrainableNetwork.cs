using System.Runtime.InteropServices;
using Gdws.Checkpoints;
using Gdws.Onnx;

namespace Gdws.Torch.Training;

/// <summary>
/// An ONNX network whose weights are parameters with gradients: weights and biases of convolutions and linear layers, scale and shift of batch
/// normalisation, slopes of PRelu. The normalisation of images, and whatever else the graph holds, stays as it is. A softmax at the network's end is left out
/// while it is trained.
/// </summary>
/// <remarks>
/// Batch normalisation has two modes. <see cref="Forward"/> uses the batch's own mean and variance and moves the running ones towards them;
/// <see cref="Network"/>, for attacks and measurements, uses the running ones and leaves them.
/// </remarks>
public sealed class TrainableNetwork : IDisposable
{
    private readonly TrainingMode _mode = new();
    private readonly List<TrainableParameter> _parameters;
    private readonly Dictionary<string, Tensor> _statistics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<Tensor, Tensor>> _forms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _formed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _added = new(StringComparer.Ordinal);

    /// <summary>Makes the weights of a network trainable; the model itself isn't changed.</summary>
    /// <param name="model">The network; one image input <c>[N, C, H, W]</c> of fixed size, one output <c>[N, classes]</c>.</param>
    /// <param name="device">Where it is trained; null for the CPU.</param>
    /// <exception cref="GdwsException">The network has an operator that isn't supported, isn't a classifier of images, or has nothing to train.</exception>
    public TrainableNetwork(OnnxModel model, torch.Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        WeightRoles roles = new(model);
        foreach (string name in roles.Weights.Concat(roles.Statistics))
            TrainedWeights.RequireType(model, name);
        Network = new TorchNetwork(model, device, new TorchNetworkOptions
        {
            FoldBatchNormalization = false,
            SkipFinalSoftmax = true,
            Training = _mode,
            Variables = roles.Variables,
        });

        // Masks and auxiliary heads that the output doesn't depend on aren't there.
        foreach (string name in roles.Statistics.Where(Network.Constants.ContainsKey))
            _statistics[name] = Network.Constants[name];
        _parameters =
        [
            .. roles.Weights.Where(name => Network.Constants.ContainsKey(name) && !_statistics.ContainsKey(name))
                .Select(name => new TrainableParameter(name, Network.Constants[name], Network.Constants[name].dim() > 1)),
        ];
        if (_parameters.Count == 0)
        {
            Network.Dispose();
            throw new GdwsException($"{model.Source}: has no weights to train (no convolution, linear layer or batch normalisation)");
        }
    }

    /// <summary>The network as it was given.</summary>
    public OnnxModel Model { get; }

    /// <summary>The network as it is in use, with the weights as they are now: for attacks and measurements. Lives as long as this one.</summary>
    public TorchNetwork Network { get; }

    /// <summary>What can be trained: the weights, in the order of their first use, then what was added.</summary>
    public IReadOnlyList<TrainableParameter> Parameters => _parameters;

    /// <summary>Means and variances of batch normalisation by name; <see cref="Forward"/> moves them.</summary>
    public IReadOnlyDictionary<string, Tensor> Statistics => _statistics;

    /// <summary>The type of convolutions and products of matrices; null for single precision.</summary>
    internal ScalarType? Products
    {
        get => _mode.Products;
        set => _mode.Products = value;
    }

    /// <summary>Whether <see cref="Forward"/> normalises with the batch's statistics and moves the running ones. Default: yes.</summary>
    public bool LearnsStatistics { get; set; } = true;

    /// <summary>The parameter of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="GdwsException">There is none.</exception>
    public TrainableParameter this[string name] =>
        _parameters.FirstOrDefault(parameter => parameter.Name == name) ?? throw new GdwsException($"{Model.Source}: has no parameter {name}");

    /// <summary>Adds a parameter that the network itself doesn't have, for use in a <see cref="Express">form</see>.</summary>
    /// <param name="name">Its name, unlike those of the weights.</param>
    /// <param name="value">Its first value, on the network's device; copied.</param>
    /// <param name="decays">Whether weight decay applies to it.</param>
    /// <exception cref="GdwsException">There is a parameter of that name.</exception>
    public TrainableParameter Add(string name, Tensor value, bool decays = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_parameters.Any(known => known.Name == name) || _statistics.ContainsKey(name))
            throw new GdwsException($"{Model.Source}: has a parameter {name} already");
        using Tensor detached = value.detach();
        TrainableParameter parameter = new(name, detached.clone().DetachFromDisposeScope(), decays);
        _parameters.Add(parameter);
        _added.Add(name);
        return parameter;
    }

    /// <summary>
    /// Lets the network compute with a function of a weight, e.g. the weight times a mask, in training, measurements and <see cref="ToModel"/> alike.
    /// Gradients flow through the function. Call <see cref="Refresh"/> after that and whenever what it depends on has changed (the training loop does).
    /// </summary>
    /// <param name="name">The weight.</param>
    /// <param name="form">Makes a new tensor of the same shape; null for the weight itself.</param>
    public void Express(string name, Func<Tensor, Tensor>? form)
    {
        TrainableParameter parameter = this[name];
        _forms.Remove(name);
        if (_formed.Remove(name, out Tensor? old))
            old.Dispose();
        Network.Program.Exchange(name, parameter.Value);
        if (form is not null)
            _forms[name] = form;
    }

    /// <summary>Computes the forms of the weights anew, attached to the graph of what they depend on where gradients are enabled.</summary>
    public void Refresh()
    {
        foreach ((string name, Func<Tensor, Tensor> form) in _forms)
        {
            Tensor formed = form(this[name].Value).DetachFromDisposeScope();
            Network.Program.Exchange(name, formed);
            if (_formed.Remove(name, out Tensor? old))
                old.Dispose();
            _formed[name] = formed;
        }
    }

    /// <summary>Computes the logits as in training.</summary>
    /// <param name="images"><c>[N, C, H, W]</c>.</param>
    /// <returns><c>[N, classes]</c>, attached to the graph of the parameters.</returns>
    /// <exception cref="GdwsException">The images have another shape than the network takes.</exception>
    public Tensor Forward(Tensor images)
    {
        _mode.Learns = LearnsStatistics;
        try
        {
            return Network.Forward(images);
        }
        finally
        {
            _mode.Learns = false;
        }
    }

    /// <summary>The network with the weights and statistics as they are now.</summary>
    public OnnxModel ToModel() => TrainedWeights.Into(Model, Values());

    /// <summary>The weights and statistics as they are now, e.g. for <see cref="SafeTensors.Write"/>.</summary>
    public IEnumerable<CheckpointTensor> ToTensors()
    {
        foreach ((string name, float[] values) in Values())
        {
            Tensor tensor = Network.Constants[name];
            yield return new CheckpointTensor(name, ElementType.Float32, [.. tensor.shape.Select(d => (int)d)], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }
    }

    /// <summary>Everything that training changes: parameters and statistics.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> State =>
        _parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value)).Concat(_statistics);

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        foreach (Tensor formed in _formed.Values)
            formed.Dispose();
        foreach (TrainableParameter parameter in _parameters.Where(parameter => _added.Contains(parameter.Name)))
            parameter.Value.Dispose();
        Network.Dispose();
    }

    private Dictionary<string, float[]> Values()
    {
        using IDisposable noGradients = torch.no_grad();
        Dictionary<string, float[]> values = new(StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in State.Where(entry => !_added.Contains(entry.Key)))
        {
            using Tensor? formed = _forms.TryGetValue(name, out Func<Tensor, Tensor>? form) ? form(tensor) : null;
            float[] elements = new float[tensor.numel()];
            (formed ?? tensor).CopyTo(elements);
            values[name] = elements;
        }

        return values;
    }
}
