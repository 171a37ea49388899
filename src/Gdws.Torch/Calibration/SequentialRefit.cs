using Gdws.Onnx;

namespace Gdws.Torch.Calibration;

/// <summary>
/// Fits weights and biases layer after layer, in the order of the network, on the inputs that the layers approximated before make; the target is
/// what the dense network's layer puts out for the same image. So errors don't add up along the network: every layer makes good for those before it.
/// </summary>
/// <remarks>
/// With z = D x̂ the depthwise outputs and t the target: (Cov z + γ E ΔzΔzᵀ + κ Cov z̄ + δI) Pᵀ = Cov(z, t) + γ E ΔzΔtᵀ + κ Cov(z̄, t̄) + δP₀ᵀ, b = E t − P E z. Δ is
/// the difference between a perturbed image and the same clean, the bar a mean over all positions of an image; P₀, the weights so far, decides what the images leave
/// open. With rounds of alternating least squares the moments are those of whole patches of x̂, and kernels and pointwise weights are improved by turns for them.
/// </remarks>
internal sealed class SequentialRefit(
    TorchNetwork dense, OnnxModel denseModel, OnnxModel approximated, CalibrationOptions options, CalibrationRecipe recipe)
{
    private const double Damping = 1e-4;

    /// <summary>Fits all layers.</summary>
    /// <param name="layers">The layers that are GDWS convolutions in the approximated network, in order.</param>
    /// <param name="images">The images.</param>
    /// <param name="report">Is told the layers done and all.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>By the layer's name.</returns>
    public Dictionary<string, FittedWeights> Run(
        IReadOnlyList<CalibratedLayer> layers, CalibrationImages images, Action<int, int> report, CancellationToken cancellation)
    {
        using IDisposable noGradients = torch.no_grad();
        using TorchNetwork network = new(approximated, dense.Device, new TorchNetworkOptions { FoldBatchNormalization = false, SkipFinalSoftmax = true });
        Dictionary<string, FittedWeights> fitted = new(StringComparer.Ordinal);
        Dictionary<string, ConvolutionLayer> replaced = approximated.Convolutions.Where(layer => layer.Kind == ConvolutionKind.Gdws)
            .ToDictionary(layer => layer.Output, StringComparer.Ordinal);
        HashSet<string> pending = [.. layers.Select(layer => layer.Convolution.Output)];
        using ActivationStore store = new(dense, network, [.. images.FirstBatches(recipe.SequentialImages)], options.ActivationMemory);
        for (int i = 0; i < layers.Count; i++)
        {
            CalibratedLayer layer = layers[i];
            ConvolutionLayer gdws = replaced[layer.Convolution.Output];
            _ = pending.Remove(layer.Convolution.Output);
            ResidualSkip? skip = recipe.SkipCorrection ? ResidualSkip.Of(denseModel, layer.Convolution, pending.Contains) : null;
            bool ofPatches = recipe.SequentialRounds > 0;
            using RefitSums sums = Collect(layer, gdws, skip, ofPatches, images.Forms, i, store, cancellation);
            KeptMemory.GiveBack();
            fitted[layer.Layer.Name] = ofPatches ? BothSolved(network, layer, gdws, sums, cancellation) : Solved(network, layer, gdws, sums);
            report(i + 1, layers.Count);
        }

        return fitted;
    }

    private RefitSums Collect(
        CalibratedLayer layer,
        ConvolutionLayer gdws,
        ResidualSkip? skip,
        bool ofPatches,
        int forms,
        int stream,
        ActivationStore store,
        CancellationToken cancellation)
    {
        ConvolutionLayer convolution = layer.Convolution;
        LayerGeometry geometry = new(convolution);
        RefitSums sums = new(ofPatches ? layer.Problem.Weight.shape[1] : gdws.Kernels, convolution.Outputs, layer.Gamma > 0 ? forms : 1, layer.Kappa > 0, dense.Device);
        int number = 0;
        try
        {
            store.ForEach((original, changed) =>
            {
                cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = torch.NewDisposeScope();
                long[] positions = geometry.Draw(options.Seed, stream, number++, options.PositionsPerImage);
                Tensor z = ofPatches
                    ? geometry.Patches(changed.Value(convolution.Input), positions)
                    : LayerGeometry.At(changed.Value(gdws.Node.Output[0]), positions);
                Tensor target = original.Value(convolution.Output);
                if (skip is not null)
                    target = target.Plus(skip.Correction(original, changed));
                sums.Add(z, LayerGeometry.At(target, positions));
                if (layer.Kappa > 0)
                    sums.AddMeans(ofPatches ? geometry.MeanPatches(changed.Value(convolution.Input)) : changed.Value(gdws.Node.Output[0]).mean([2, 3]), target.mean([2, 3]));
            });
            return sums;
        }
        catch
        {
            sums.Dispose();
            throw;
        }
    }

    /// <summary>Solves for pointwise weights and writes them into the approximated network, for the layers behind to see.</summary>
    private static FittedWeights Solved(TorchNetwork network, CalibratedLayer layer, ConvolutionLayer gdws, RefitSums sums)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor h, Tensor t) = sums.Combined(layer.Gamma, layer.Kappa);
        Tensor before = network.Constants[gdws.PointwiseNode!.Input[1]].flatten(1).t().to(ScalarType.Float64);
        Tensor pointwise = LeastSquares.Solve(h.Plus(h.t()).Over(2), t, Damping, before).t().contiguous();
        return Written(network, gdws, pointwise, sums.TargetMean().Minus(pointwise.mv(sums.RowMean())), null);
    }

    /// <summary>Improves kernels and pointwise weights by turns.</summary>
    private FittedWeights BothSolved(
        TorchNetwork network, CalibratedLayer layer, ConvolutionLayer gdws, RefitSums sums, CancellationToken cancellation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor h, Tensor t) = sums.Combined(layer.Gamma, layer.Kappa);
        using LayerProblem problem = new(
            layer.Problem.Weight.clone().DetachFromDisposeScope(),
            (h.Plus(h.t()).Over(2)).DetachFromDisposeScope(),
            sums.RowMean(),
            layer.Problem.OutputMetric.clone().DetachFromDisposeScope(),
            layer.Spectrum.KernelSize,
            t.DetachFromDisposeScope());
        int[] map = gdws.GatherNode is null ? [.. Enumerable.Range(0, gdws.Kernels)] : [.. gdws.ChannelMap];
        using KernelSet present = new(map, network.Constants[gdws.WeightName].flatten(1).to(ScalarType.Float64));
        using KernelSet better = AlternatingLeastSquares.Improve(problem, present, recipe.SequentialRounds, cancellation);
        Tensor pointwise = AlternatingLeastSquares.Pointwise(problem, better);
        Tensor means = problem.TimesKernels(problem.Mean.unsqueeze(0), better).squeeze(0);
        return Written(network, gdws, pointwise, sums.TargetMean().Minus(pointwise.mv(means)), better.Kernels);
    }

    private static FittedWeights Written(TorchNetwork network, ConvolutionLayer gdws, Tensor pointwise, Tensor bias, Tensor? kernels)
    {
        Tensor weight = network.Constants[gdws.PointwiseNode!.Input[1]], depthwise = network.Constants[gdws.WeightName];
        weight.copy_(pointwise.reshape(weight.shape));
        network.Constants[gdws.PointwiseNode.Input[2]].copy_(bias);
        if (kernels is not null)
            depthwise.copy_(kernels.reshape(depthwise.shape));
        return new FittedWeights(Copy(pointwise), Copy(bias)) { Kernels = kernels is null ? null : Copy(kernels) };
    }

    private static float[] Copy(Tensor tensor)
    {
        float[] values = new float[tensor.numel()];
        tensor.CopyTo(values);
        return values;
    }
}
