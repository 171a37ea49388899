using Gdws.Onnx;

namespace Gdws.Torch.Calibration;

/// <summary>What approximating one layer alone does to the network's outputs, measured.</summary>
/// <remarks>
/// λ = geometric mean over G ≈ 1.2 C and 0.6 C of KL(dense ‖ only this layer approximated) / E. The run is halted before the layer and goes on from there
/// once a trial, so what lies before the layer is computed once for all.
/// </remarks>
internal static class LayerImportance
{
    /// <summary>Where the divergence is measured, in kernels a channel.</summary>
    public static readonly double[] Trials = [1.2, 0.6];

    /// <summary>An approximation of one layer.</summary>
    /// <param name="Weight">Q, <c>[M, C, K_h, K_w]</c>.</param>
    /// <param name="Bias">The layer's whole bias, <c>[M]</c>.</param>
    /// <param name="Error">E(Q).</param>
    public sealed record Trial(Tensor Weight, Tensor Bias, double Error);

    /// <summary>Measures.</summary>
    /// <param name="network">The dense network, batch normalisation not folded.</param>
    /// <param name="layers">The layers in order, each with its approximations.</param>
    /// <param name="batches">Images.</param>
    /// <param name="report">Is told the batches done and all.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>λ by the layer's name.</returns>
    public static Dictionary<string, double> Of(
        TorchNetwork network,
        IReadOnlyList<(ConvolutionLayer Layer, Trial[] Trials)> layers,
        IReadOnlyList<Tensor> batches,
        Action<int, int> report,
        CancellationToken cancellation)
    {
        using IDisposable noGradients = torch.no_grad();
        double[][] divergences = [.. layers.Select(layer => new double[layer.Trials.Length])];
        for (int number = 0; number < batches.Count; number++)
        {
            using Tensor dense = network.Forward(batches[number]);
            using TorchRun run = network.Start(batches[number]);
            for (int i = 0; i < layers.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                (ConvolutionLayer layer, Trial[] trials) = layers[i];
                Tensor input = run.Value(layer.Input);
                for (int k = 0; k < trials.Length; k++)
                {
                    using TorchRun fork = run.Fork();
                    fork.Replace(layer.Output, new LayerGeometry(layer).Convolve(input, trials[k].Weight, trials[k].Bias));
                    divergences[i][k] += OutputDivergence.Of(dense, fork.Output) / batches.Count;
                }
            }

            report(number + 1, batches.Count);
        }

        return layers.Select((layer, i) => (layer.Layer.Name, Weight: Ratio(layer.Trials, divergences[i])))
            .ToDictionary(pair => pair.Name, pair => pair.Weight, StringComparer.Ordinal);
    }

    private static double Ratio(Trial[] trials, double[] divergences)
    {
        double[] logarithms = [.. trials.Select((trial, k) => trial.Error > 0 && divergences[k] > 0 ? Math.Log(divergences[k] / trial.Error) : double.NaN)];
        double[] known = [.. logarithms.Where(double.IsFinite)];
        return known.Length > 0 ? Math.Exp(known.Average()) : 0;
    }
}
