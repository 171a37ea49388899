using Gdws.Onnx;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Calibration;

/// <summary>F: what an error of a convolution's outputs does to the network's own outputs.</summary>
/// <remarks>
/// F = E_image Σ_positions g gᵀ, with g the gradient of the cross-entropy by the convolution's output at a position, for a label drawn from the network's own
/// softmax: the Fisher information. To second order the divergence of the disturbed network is ½ tr F · covariance of the outputs' errors (as if errors
/// at different positions didn't matter to each other; how much they do, R says), so errors weighted by F compare across outputs and across layers.
/// </remarks>
internal static class OutputInformation
{
    /// <summary>Computes F and R.</summary>
    /// <param name="network">The dense network, batch normalisation not folded.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="batches">Images.</param>
    /// <param name="seed">Decides the labels.</param>
    /// <param name="report">Is told the batches done and all.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>By the layer's name.</returns>
    public static Dictionary<string, LayerInformation> Of(
        TorchNetwork network,
        IReadOnlyList<ConvolutionLayer> layers,
        IReadOnlyList<Tensor> batches,
        int seed,
        Action<int, int> report,
        CancellationToken cancellation)
    {
        Sum[] sums = [.. layers.Select(layer => new Sum(layer.Outputs, network.Device))];
        long count = 0;
        for (int number = 0; number < batches.Count; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            Add(network, layers, batches[number], seed, number, sums);
            count += batches[number].shape[0];
            report(number + 1, batches.Count);
        }

        foreach (Sum sum in sums)
            sum.Products.Scale(1.0 / count);
        if (sums.Any(sum => !double.IsFinite(sum.Squares)))
            throw new GdwsException($"{network.Source}: gradients aren't finite");
        return layers.Zip(sums).ToDictionary(
            pair => pair.First.Name,
            pair => new LayerInformation(pair.Second.Products, pair.Second.Squares > 0 ? pair.Second.SquaresOfSums / pair.Second.Squares : 1),
            StringComparer.Ordinal);
    }

    private static void Add(TorchNetwork network, IReadOnlyList<ConvolutionLayer> layers, Tensor batch, int seed, int number, Sum[] sums)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable gradients = torch.enable_grad();
        Tensor images = batch.detach().requires_grad_();
        using TorchRun run = network.Start(images);
        foreach (ConvolutionLayer layer in layers)
            run.Keep(layer.Output);
        Tensor logits = run.Output;
        Tensor labels = Draw(logits.detach(), seed, number);
        Tensor loss = torch.nn.functional.cross_entropy(logits, labels, reduction: torch.nn.Reduction.Sum);
        Tensor[] values = [.. layers.Select(layer => run.Value(layer.Output))];
        IList<Tensor> all = torch.autograd.grad([loss], values);
        for (int i = 0; i < values.Length; i++)
            sums[i].Add(all[i]);
    }

    private static Tensor Draw(Tensor logits, int seed, int batch)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Tensor probabilities = logits.softmax(1, ScalarType.Float64).cpu();
        double[] values = probabilities.data<double>().ToArray();
        int classes = (int)logits.shape[1];
        int[] labels = new int[logits.shape[0]];
        ImageRandom random = new(seed, batch, 1);
        for (int i = 0; i < labels.Length; i++)
        {
            double left = random.Uniform();
            while (labels[i] < classes - 1 && (left -= values[(i * classes) + labels[i]]) >= 0)
                labels[i]++;
        }

        return ImageTensors.FromLabels(labels, logits.device).MoveToOuterDisposeScope();
    }

    private sealed class Sum(long outputs, torch.Device device)
    {
        public Tensor Products { get; } = torch.zeros(outputs, outputs, dtype: ScalarType.Float64, device: device).DetachFromDisposeScope();

        public double Squares { get; private set; }

        public double SquaresOfSums { get; private set; }

        /// <summary>Adds the gradients of a batch, <c>[N, M, H, W]</c>.</summary>
        public void Add(Tensor gradients)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            Tensor rows = gradients.permute(0, 2, 3, 1).flatten(0, 2);
            Products.Increase(rows.t().mm(rows).to(ScalarType.Float64));
            Squares += gradients.square().sum(ScalarType.Float64).item<double>();
            SquaresOfSums += gradients.sum([2, 3]).square().sum(ScalarType.Float64).item<double>();
        }
    }
}
