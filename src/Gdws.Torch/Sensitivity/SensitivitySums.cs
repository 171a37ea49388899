using Gdws.Onnx;

namespace Gdws.Torch.Sensitivity;

/// <summary>Adds up equation (8) over images.</summary>
internal sealed class SensitivitySums
{
    private readonly TorchNetwork _network;
    private readonly IReadOnlyList<DenseConvolution> _layers;
    private readonly string _imageName;
    private readonly Dictionary<string, double[]> _sums = new(StringComparer.Ordinal);
    private int _images;

    /// <param name="network">The network, its batch normalisations not folded.</param>
    /// <param name="layers">Its dense convolutions.</param>
    /// <param name="imageName">What the images are called in the graph.</param>
    public SensitivitySums(TorchNetwork network, IReadOnlyList<DenseConvolution> layers, string imageName)
    {
        _network = network;
        _layers = layers;
        _imageName = imageName;
        foreach (ConvolutionLayer layer in layers.Select(layer => layer.Layer))
            _sums[layer.Name] = new double[layer.Inputs];
    }

    /// <summary>The number of classes that compete with the predicted one.</summary>
    public required int Competing { get; init; }

    /// <summary>See <see cref="SensitivityEstimation.LeastMargin"/>.</summary>
    public required double LeastMargin { get; init; }

    /// <summary>Images that had a margin below the least one.</summary>
    public int Limited { get; private set; }

    /// <summary>Images whose logits were all equal.</summary>
    public int Undecided { get; private set; }

    /// <summary>How much to do at a time, from a run of one black image.</summary>
    public WorkPlan Plan(long budget)
    {
        using Tensor image = torch.zeros([1, _network.Channels, _network.Height, _network.Width], _network.Precision, _network.Device);
        using ConvolutionGraph graph = new(_network, _layers, image, _imageName);
        return WorkPlan.Within(graph, Competing, budget);
    }

    /// <summary>Adds images.</summary>
    /// <param name="images"><c>[N, C, H, W]</c>.</param>
    /// <param name="first">The position of the first one in its dataset, for messages.</param>
    /// <param name="functionsAtATime">How many functions of each image to hold the gradients of.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public void Add(Tensor images, int first, int functionsAtATime, CancellationToken cancellation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using ConvolutionGraph graph = new(_network, _layers, images, _imageName);
        ClassMargins margins = Margins(graph.Logits, first);
        foreach (int[] places in Enumerable.Range(0, Competing).Chunk(functionsAtATime))
        {
            using DisposeScope chunk = torch.NewDisposeScope();
            Tensor[][] gradients = new Tensor[places.Length][];
            for (int i = 0; i < places.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                gradients[i] = graph.Gradients(margins.Cotangent(places[i], _network.Precision, _network.Device));
            }

            for (int i = 0; i < graph.Layers.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                Add(graph, graph.Layers[i], [.. gradients.Select(function => function[i])]);
            }
        }

        _images += (int)images.shape[0];
        Limited += margins.Limited;
        Undecided += margins.Undecided;
    }

    /// <summary>α of every layer.</summary>
    /// <exception cref="GdwsException">One isn't finite.</exception>
    public IReadOnlyDictionary<string, float[]> Means()
    {
        Dictionary<string, float[]> means = new(StringComparer.Ordinal);
        foreach (ConvolutionLayer layer in _layers.Select(layer => layer.Layer))
        {
            double share = 1.0 / ((double)layer.Outputs * layer.KernelHeight * layer.KernelWidth * _images);
            float[] alpha = [.. _sums[layer.Name].Select(sum => (float)(sum * share))];
            int wrong = Array.FindIndex(alpha, value => !float.IsFinite(value));
            if (wrong >= 0)
            {
                throw new GdwsException(
                    $"{_network.Source}: layer {layer.Name}: the sensitivity of channel {wrong} is {alpha[wrong]}: are the network's weights damaged?");
            }

            means[layer.Name] = alpha;
        }

        return means;
    }

    private ClassMargins Margins(Tensor logits, int first)
    {
        using Tensor doubles = logits.detach().to(ScalarType.Float64, torch.CPU);
        double[] values = [.. doubles.contiguous().data<double>()];
        int broken = Array.FindIndex(values, value => !double.IsFinite(value));
        if (broken >= 0)
        {
            int image = first + (broken / _network.Classes);
            throw new GdwsException($"{_network.Source}: its output for image {image} is {values[broken]}: are its weights damaged?");
        }

        return new ClassMargins(values, _network.Classes, Competing, LeastMargin);
    }

    private void Add(ConvolutionGraph graph, DenseConvolution layer, Tensor[] gradients)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradients = torch.no_grad();
        Tensor stacked = torch.cat(gradients, 1).flatten(2);
        foreach (Tensor gradient in gradients)
            gradient.Dispose();

        Tensor norms = WeightGradients.ChannelNorms(layer.Layer, layer.Patches(graph.Input(layer)), stacked);
        Tensor sum = norms.sum(0, type: ScalarType.Float64).cpu();
        double[] sums = _sums[layer.Layer.Name];
        int channel = 0;
        foreach (double value in sum.data<double>())
            sums[channel++] += value;
    }
}
