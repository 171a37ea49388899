using Gdws.Onnx;

namespace Gdws.Torch.Sensitivity;

/// <summary>
/// One run of a network over a batch, kept so that gradients at the outputs of its dense convolutions can be taken again and again. Weights ask for no
/// gradients, so that none are computed for them.
/// </summary>
internal sealed class ConvolutionGraph : IDisposable
{
    private readonly Dictionary<string, Tensor> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _outputs = new(StringComparer.Ordinal);
    private readonly DenseConvolution[] _layers;
    private readonly Tensor _logits;

    /// <summary>Runs the network.</summary>
    /// <param name="network">The network, its batch normalisations not folded: the weights must be those of the graph.</param>
    /// <param name="layers">Its dense convolutions.</param>
    /// <param name="images"><c>[N, C, H, W]</c>, on the network's device in its precision.</param>
    /// <param name="imageName">What the images are called in the graph.</param>
    public ConvolutionGraph(TorchNetwork network, IReadOnlyList<DenseConvolution> layers, Tensor images, string imageName)
    {
        HashSet<string> read = [.. layers.Select(layer => layer.Input)];
        HashSet<string> made = [.. layers.Select(layer => layer.Layer.Output)];
        try
        {
            using IDisposable gradients = torch.enable_grad();
            if (read.Contains(imageName))
                _inputs[imageName] = images.detach();
            _logits = network.Forward(images, (name, value) =>
            {
                ValueBytes += value.numel() * value.element_size();
                if (made.Contains(name))
                {
                    // Up to here nothing asks for gradients: the graph begins with the first dense convolutions.
                    if (!value.requires_grad)
                        value.requires_grad_();
                    _outputs[name] = SecondHandle(value);
                }

                if (read.Contains(name))
                    _inputs[name] = value.detach();
            });

            // Convolutions that the logits don't depend on, or that don't depend on the images, don't run.
            _layers = [.. layers.Where(layer => _inputs.ContainsKey(layer.Input) && _outputs.ContainsKey(layer.Layer.Output))];
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>The layers that ran.</summary>
    public IReadOnlyList<DenseConvolution> Layers => _layers;

    /// <summary><c>[N, classes]</c>.</summary>
    public Tensor Logits => _logits;

    /// <summary>The memory that all values of the run take together.</summary>
    public long ValueBytes { get; private set; }

    /// <summary>What a layer read, <c>[N, C, H, W]</c>.</summary>
    public Tensor Input(DenseConvolution layer) => _inputs[layer.Input];

    /// <summary>The shape of what a layer made, <c>[N, M, H, W]</c>.</summary>
    public long[] OutputShape(ConvolutionLayer layer) => _outputs[layer.Output].shape;

    /// <summary>The gradients of Σ cotangent·logits at every layer's output, each <c>[N, M, H, W]</c>, in the order of <see cref="Layers"/>.</summary>
    /// <param name="cotangent"><c>[N, classes]</c>.</param>
    public Tensor[] Gradients(Tensor cotangent)
    {
        Tensor[] outputs = [.. _layers.Select(layer => _outputs[layer.Layer.Output])];
        return torch.autograd.grad([_logits], outputs, [cotangent], retain_graph: true).ToArray();
    }

    public void Dispose() => Release();

    /// <summary>Another handle on the same node of the graph; <c>alias</c> would make a new node, which the logits don't come from.</summary>
    private static Tensor SecondHandle(Tensor value) => value.positive();

    private void Release()
    {
        _logits?.Dispose();
        foreach (Tensor tensor in _inputs.Values.Concat(_outputs.Values))
            tensor.Dispose();
    }
}
