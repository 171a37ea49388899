using Gdws.Onnx;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Calibration;

/// <summary>F: what an error of a convolution's outputs does to the network's own outputs.</summary>
/// <remarks>
/// F_m = E_image Σ_positions g_m², with g the gradient of the cross-entropy by the convolution's output for a label drawn from the network's own softmax: the
/// diagonal of the Fisher information. To second order the divergence of the disturbed network is ½ Σ_m F_m · variance of the error of output m (as if errors
/// at different positions didn't matter to each other), so errors weighted by F compare across outputs and across layers. A share of the mean is added,
/// since outputs without any weight would be given up altogether.
/// </remarks>
internal static class OutputInformation
{
    private const double Floor = 0.03;

    /// <summary>Computes F.</summary>
    /// <param name="network">The dense network, batch normalisation not folded.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="batches">Images.</param>
    /// <param name="seed">Decides the labels.</param>
    /// <param name="report">Is told the batches done and all.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns><c>[M]</c> for every layer by its name, in double precision.</returns>
    public static Dictionary<string, Tensor> Of(
        TorchNetwork network,
        IReadOnlyList<ConvolutionLayer> layers,
        IReadOnlyList<Tensor> batches,
        int seed,
        Action<int, int> report,
        CancellationToken cancellation)
    {
        Dictionary<string, Tensor> sums = layers.ToDictionary(
            layer => layer.Name, layer => torch.zeros(layer.Outputs, dtype: ScalarType.Float64, device: network.Device), StringComparer.Ordinal);
        long count = 0;
        for (int number = 0; number < batches.Count; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            Add(network, layers, batches[number], seed, number, sums);
            count += batches[number].shape[0];
            report(number + 1, batches.Count);
        }

        foreach (Tensor sum in sums.Values)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            sum.Scale(1.0 / count);
            double mean = sum.mean().item<double>();
            if (!double.IsFinite(mean))
                throw new GdwsException($"{network.Source}: gradients aren't finite");
            sum.Increase(mean > 0 ? Floor * mean : 1);
        }

        return sums;
    }

    private static void Add(TorchNetwork network, IReadOnlyList<ConvolutionLayer> layers, Tensor batch, int seed, int number, Dictionary<string, Tensor> sums)
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
            sums[layers[i].Name].Increase(all[i].square().sum([0, 2, 3], type: ScalarType.Float64));
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
}
