using Gdws.Onnx;

namespace Gdws.Torch.Calibration;

/// <summary>
/// Fits pointwise weights and biases layer after layer, in the order of the network, on the inputs that the layers approximated before make; the target is
/// what the dense network's layer puts out for the same image. So errors don't add up along the network: every layer makes good for those before it.
/// </summary>
/// <remarks>
/// With z = D x̂ the depthwise outputs and t the target: (Cov z + γ E ΔzΔzᵀ + δI) Pᵀ = Cov(z, t) + γ E ΔzΔtᵀ + δP₀ᵀ, b = E t − P E z. Δ is the difference
/// between a perturbed image and the same clean; P₀, the weights so far, decides what the images leave open.
/// </remarks>
internal sealed class SequentialRefit(TorchNetwork dense, OnnxModel denseModel, OnnxModel approximated, CalibrationOptions options)
{
    private const double Damping = 1e-4;

    // A layer has a few thousand unknowns an output, and each image gives 32 positions or more: further images change little and take long.
    private const int MostImages = 500;

    /// <summary>Whether the last convolution of a residual block makes good for the skip connection's error.</summary>
    public required bool SkipCorrection { get; init; }

    /// <summary>Fits all layers.</summary>
    /// <param name="layers">The layers of the dense network that are GDWS convolutions in the other, in order.</param>
    /// <param name="gammas">γ by the layer's name.</param>
    /// <param name="images">The images.</param>
    /// <param name="report">Is told the layers done and all.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>Pointwise weights <c>[M, G]</c> and whole biases <c>[M]</c>, by the layer's name.</returns>
    public Dictionary<string, (float[] Pointwise, float[] Bias)> Run(
        IReadOnlyList<ConvolutionLayer> layers,
        IReadOnlyDictionary<string, double> gammas,
        CalibrationImages images,
        Action<int, int> report,
        CancellationToken cancellation)
    {
        using IDisposable noGradients = torch.no_grad();
        using TorchNetwork network = new(approximated, dense.Device, new TorchNetworkOptions { FoldBatchNormalization = false, SkipFinalSoftmax = true });
        Dictionary<string, (float[], float[])> fitted = new(StringComparer.Ordinal);
        Dictionary<string, ConvolutionLayer> replaced = approximated.Convolutions.Where(layer => layer.Kind == ConvolutionKind.Gdws)
            .ToDictionary(layer => layer.Output, StringComparer.Ordinal);
        HashSet<string> pending = [.. layers.Select(layer => layer.Output)];
        using ActivationStore store = new(dense, network, [.. images.FirstBatches(MostImages)], options.ActivationMemory);
        for (int i = 0; i < layers.Count; i++)
        {
            ConvolutionLayer layer = layers[i], gdws = replaced[layer.Output];
            _ = pending.Remove(layer.Output);
            ResidualSkip? skip = SkipCorrection ? ResidualSkip.Of(denseModel, layer, pending.Contains) : null;
            double gamma = images.IsPaired ? gammas.GetValueOrDefault(layer.Name) : 0;
            fitted[layer.Name] = Fit(network, layer, gdws, skip, gamma, i, images.IsPaired, store, cancellation);
            report(i + 1, layers.Count);
        }

        return fitted;
    }

    private (float[] Pointwise, float[] Bias) Fit(
        TorchNetwork network,
        ConvolutionLayer layer,
        ConvolutionLayer gdws,
        ResidualSkip? skip,
        double gamma,
        int stream,
        bool isPaired,
        ActivationStore store,
        CancellationToken cancellation)
    {
        using CovarianceSum all = new(gdws.Kernels, layer.Outputs, dense.Device);
        using CovarianceSum differences = new(gdws.Kernels, layer.Outputs, dense.Device, centred: false);
        LayerGeometry geometry = new(layer);
        int number = 0;
        store.ForEach((original, changed) =>
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = torch.NewDisposeScope();
            long[] positions = geometry.Draw(options.Seed, stream, number++, options.PositionsPerImage);
            Tensor z = LayerGeometry.At(changed.Value(gdws.Node.Output[0]), positions);
            Tensor t = LayerGeometry.At(original.Value(layer.Output), positions);
            if (skip is not null)
            {
                using Tensor correction = skip.Correction(original, changed);
                t += LayerGeometry.At(correction, positions);
            }

            all.Add(z, t);
            if (gamma > 0 && isPaired)
            {
                long half = z.shape[0] / 2;
                differences.Add(z.narrow(0, half, half) - z.narrow(0, 0, half), t.narrow(0, half, half) - t.narrow(0, 0, half));
            }
        });

        return Solve(network.Constants[gdws.PointwiseNode!.Input[1]], network.Constants[gdws.PointwiseNode.Input[2]], all, differences, gamma);
    }

    /// <summary>Solves for one layer and writes its weights into the approximated network, for the layers behind it to see.</summary>
    private static (float[] Pointwise, float[] Bias) Solve(Tensor weight, Tensor bias, CovarianceSum all, CovarianceSum differences, double gamma)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor h = all.Covariance();
        Tensor t = all.Cross();
        if (gamma > 0 && differences.Count > 0)
        {
            h.add_(differences.Covariance(), gamma);
            t.add_(differences.Cross(), gamma);
        }

        Tensor before = weight.flatten(1).t().to(ScalarType.Float64);
        Tensor solved = LeastSquares.Solve((h + h.t()) / 2, t, Damping, before).t().contiguous();
        Tensor offset = all.OtherMean() - solved.mv(all.Mean());
        weight.copy_(solved.reshape(weight.shape));
        bias.copy_(offset);

        float[] pointwise = new float[solved.numel()], biases = new float[offset.numel()];
        solved.CopyTo(pointwise);
        offset.CopyTo(biases);
        return (pointwise, biases);
    }
}
