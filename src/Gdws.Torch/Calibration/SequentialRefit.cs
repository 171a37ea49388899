using Gdws.Onnx;

namespace Gdws.Torch.Calibration;

/// <summary>
/// Fits weights and biases layer after layer, in the order of the network, on the inputs that the layers approximated before make; the target is
/// what the dense network's layer puts out for the same image. So errors don't add up along the network: every layer makes good for those before it.
/// </summary>
/// <remarks>
/// With z the depthwise outputs D x̂ (or the patches of a layer that stays dense) and t the target: (Cov z + γ E ΔzΔzᵀ + δI) Pᵀ = Cov(z, t) + γ E ΔzΔtᵀ + δP₀ᵀ,
/// b = E t − P E z. Δ is the difference between a perturbed image and the same clean; P₀, the weights so far, decides what the images leave open.
/// </remarks>
internal sealed class SequentialRefit(
    TorchNetwork dense,
    OnnxModel denseModel,
    OnnxModel approximated,
    CalibrationOptions options,
    CalibrationRecipe recipe,
    IReadOnlyDictionary<string, Tensor> information)
{
    /// <summary>Fits all layers.</summary>
    /// <param name="layers">The layers, in order.</param>
    /// <param name="gammas">γ by the value that the layer makes; of layers that aren't there it follows from their own rows.</param>
    /// <param name="images">The images.</param>
    /// <param name="report">Is told the layers done and all.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>By the value that the layer makes.</returns>
    public Dictionary<string, FittedWeights> Run(
        IReadOnlyList<RefitLayer> layers,
        IReadOnlyDictionary<string, double> gammas,
        CalibrationImages images,
        Action<int, int> report,
        CancellationToken cancellation)
    {
        using IDisposable noGradients = torch.no_grad();
        using TorchNetwork network = new(approximated, dense.Device, new TorchNetworkOptions { FoldBatchNormalization = false, SkipFinalSoftmax = true });
        Dictionary<string, FittedWeights> fitted = new(StringComparer.Ordinal);
        HashSet<string> pending = [.. layers.Select(layer => layer.Output)];
        using ActivationStore store = new(dense, network, [.. images.FirstBatches(recipe.RefitImages)], options.ActivationMemory);
        for (int i = 0; i < layers.Count; i++)
        {
            RefitLayer layer = layers[i];
            _ = pending.Remove(layer.Output);
            ResidualSkip? skip = recipe.SkipCorrection && layer.Convolution is { } convolution ? ResidualSkip.Of(denseModel, convolution, pending.Contains) : null;
            double gamma = !images.IsPaired || recipe.DifferenceWeight <= 0 ? 0 : gammas.GetValueOrDefault(layer.Output, double.NaN);
            fitted[layer.Output] = Fit(network, layer, skip, gamma, i, store, cancellation);
            report(i + 1, layers.Count);
        }

        return fitted;
    }

    private FittedWeights Fit(
        TorchNetwork network, RefitLayer layer, ResidualSkip? skip, double gamma, int stream, ActivationStore store, CancellationToken cancellation)
    {
        Tensor weight = network.Constants[layer.Weight], bias = network.Constants[layer.Bias];
        RectifiedTarget? rectifier = recipe.RectifierRounds > 0 ? RectifiedTarget.Of(denseModel, layer.Output, (int)layer.Outputs) : null;
        float[]? kernels = null;
        if (recipe.SequentialRounds > 0 && layer is GdwsRefitLayer gdws)
        {
            using RefitSums sums = Collect(new DenseRefitLayer(gdws.Convolution, layer.Weight, layer.Bias), null);
            kernels = BetterKernels(network, gdws, sums, gamma, cancellation);
        }
        else
        {
            using RefitSums sums = Collect(layer, null);
            Solve(weight, bias, sums, gamma, layer is LinearRefitLayer ? recipe.LinearDamping : recipe.RefitDamping);
        }

        for (int round = 0; rectifier is not null && round < recipe.RectifierRounds; round++)
        {
            using RefitSums sums = Collect(layer, rectifier);
            Solve(weight, bias, sums, gamma, recipe.RefitDamping);
        }

        return new FittedWeights(Copy(weight), Copy(bias)) { Kernels = kernels };

        RefitSums Collect(RefitLayer rows, RectifiedTarget? relaxing)
        {
            RefitSums sums = new(rows.Unknowns, rows.Outputs, gamma != 0, dense.Device);
            int number = 0;
            store.ForEach((original, changed) =>
            {
                cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = torch.NewDisposeScope();
                long[] positions = layer.Draw(options.Seed, stream, number++, options.PositionsPerImage);
                Tensor z = rows.Rows(changed, positions);
                Tensor t = layer.At(original.Value(layer.Output), positions);
                if (skip is not null)
                {
                    using Tensor correction = skip.Correction(original, changed);
                    t += layer.At(correction, positions);
                }

                if (relaxing is not null)
                    t = relaxing.Relaxed(t, torch.nn.functional.linear(z, weight.flatten(1), bias));
                sums.Add(z, t);
            });
            return sums;
        }
    }

    /// <summary>Solves for one layer and writes its weights into the approximated network, for the layers behind it to see.</summary>
    private void Solve(Tensor weight, Tensor bias, RefitSums sums, double gamma, double damping)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor h, Tensor t) = sums.Combined(gamma, recipe.DifferenceWeight);
        Tensor before = weight.flatten(1).t().to(ScalarType.Float64);
        Tensor solved = LeastSquares.Solve((h + h.t()) / 2, t, damping, before).t().contiguous();
        weight.copy_(solved.reshape(weight.shape));
        bias.copy_(sums.TargetMean() - solved.mv(sums.RowMean()));
    }

    /// <summary>Kernels and pointwise weights by turns, for the inputs that there are now.</summary>
    private float[] BetterKernels(TorchNetwork network, GdwsRefitLayer layer, RefitSums sums, double gamma, CancellationToken cancellation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor depthwise = network.Constants[layer.Depthwise], weight = network.Constants[layer.Weight], bias = network.Constants[layer.Bias];
        (Tensor h, Tensor t) = sums.Combined(gamma, recipe.DifferenceWeight);
        (float[] original, _) = LayerWeights.Of(denseModel, layer.Convolution.Node);
        Tensor dense64 = ImageTensors.From(original, (int)layer.Outputs, (int)(original.Length / layer.Outputs)).to(ScalarType.Float64, h.device);
        Tensor outputs = information[layer.Output].clone();
        using LayerProblem problem = new(
            dense64.DetachFromDisposeScope(), ((h + h.t()) / 2).DetachFromDisposeScope(), sums.RowMean(), outputs.DetachFromDisposeScope(), layer.Taps, t.DetachFromDisposeScope());
        using KernelSet present = new(layer.Map, depthwise.flatten(1).to(ScalarType.Float64));
        using KernelSet better = AlternatingLeastSquares.Improve(problem, present, recipe.SequentialRounds, cancellation);
        Tensor pointwise = AlternatingLeastSquares.Pointwise(problem, better);
        depthwise.copy_(better.Kernels.reshape(depthwise.shape));
        weight.copy_(pointwise.reshape(weight.shape));
        Tensor means = problem.TimesKernels(problem.Mean.unsqueeze(0), better).squeeze(0);
        bias.copy_(sums.TargetMean() - pointwise.mv(means));
        return Copy(depthwise);
    }

    private static float[] Copy(Tensor tensor)
    {
        float[] values = new float[tensor.numel()];
        tensor.CopyTo(values);
        return values;
    }
}
