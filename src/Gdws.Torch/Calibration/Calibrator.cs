using Gdws.Data;
using Gdws.Decomposition;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Torch.Calibration;

/// <summary>
/// Approximates a network with the help of images, without training: which kernels are kept and what their pointwise weights are is decided by what the
/// layers' outputs lose on those images, in closed form.
/// </summary>
/// <remarks>
/// <code>
///   images ─► perturb ─► output weights F, patch moments S ─► whitened spectra ─► kernels ─► weights ─► network
///   └────────────── CalibrationStatistics ──────────────┘    └ once a recipe ┘   └──── once a budget ────┘
/// </code>
/// The mathematics stands in docs/calibration.md. The same images, options and seed give the same network.
/// </remarks>
public sealed class Calibrator : IDisposable
{
    // Measuring layers takes a run of the network's rest for each; few images do.
    private const int ImportanceImages = 75;

    private readonly CalibrationStatistics _statistics;
    private readonly CalibrationRecipe _recipe;
    private readonly IProgress<CalibrationProgress>? _progress;
    private readonly List<CalibratedLayer> _layers = [];

    /// <summary>Prepares what doesn't depend on the budget.</summary>
    /// <param name="statistics">What was learnt from the images; must live as long as this.</param>
    /// <param name="recipe">The parts; null for those of the options.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="releaseMoments">
    /// Whether the patches' moments are freed as they are used, which saves two thirds of their memory; no other calibrator can then be made of the statistics.
    /// </param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ObjectDisposedException">Another calibrator released the moments.</exception>
    public Calibrator(
        CalibrationStatistics statistics,
        CalibrationRecipe? recipe = null,
        IProgress<CalibrationProgress>? progress = null,
        bool releaseMoments = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        _statistics = statistics;
        _recipe = recipe ?? statistics.Options.Recipe ?? CalibrationRecipe.Of(statistics.Options.Effort);
        _progress = progress;
        try
        {
            Prepare(releaseMoments, cancellation);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Approximates a network in one go.</summary>
    /// <param name="spectra">The network's spectra.</param>
    /// <param name="dataset">Images that suit the network, and that it isn't judged by afterwards.</param>
    /// <param name="budget">What bounds the approximation. β is here the share of its output variance that a layer may lose.</param>
    /// <param name="options">What to look at and how much work to do; null for the defaults.</param>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="GdwsException">The images don't suit the network, or the budget can't be met.</exception>
    public static CalibrationResult Run(
        Spectra spectra,
        IImageDataset dataset,
        Budget budget,
        CalibrationOptions? options = null,
        bool always = false,
        IProgress<CalibrationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        using CalibrationStatistics statistics = CalibrationStatistics.Collect(spectra, dataset, options ?? new CalibrationOptions(), progress, cancellation);
        using Calibrator calibrator = new(statistics, null, progress, releaseMoments: true, cancellation);
        return calibrator.Approximate(budget, always, cancellation);
    }

    /// <summary>Approximates the network within a budget.</summary>
    /// <param name="budget">What bounds the approximation. β is here the share of its output variance that a layer may lose.</param>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="GdwsException">The budget can't be met.</exception>
    public CalibrationResult Approximate(Budget budget, bool always = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(budget);
        TorchRuntime.SettleThreads();
        using IDisposable noGradients = torch.no_grad();
        OnnxModel network = _statistics.Spectra.Network;
        (GdwsPlan plan, Dictionary<string, KernelSet> kernels) = KernelChoice.Of(_statistics.Spectra, _layers, budget, always);
        plan = plan with { Calibration = _statistics.Record with { Effort = EffortName() } };
        CalibratedLayer[] changed = [.. _layers.Where(layer => kernels.ContainsKey(layer.Layer.Name))];
        Dictionary<string, GdwsFactors> factors = new(StringComparer.Ordinal);
        for (int i = 0; i < changed.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using KernelSet chosen = kernels[changed[i].Layer.Name];
            using KernelSet improved = AlternatingLeastSquares.Improve(changed[i].Problem, chosen, _recipe.AlternatingRounds, cancellation);
            factors[changed[i].Layer.Name] = WeightsOf(changed[i], improved);
            _progress?.Report(new CalibrationProgress("weights", i + 1, changed.Length, "layers"));
        }

        if (_recipe.Refit == RefitKind.Sequential)
            RefitAgainstAttacks(network, plan, changed, factors, cancellation);
        return new CalibrationResult(plan, factors, plan.ApplyTo(network, factors));
    }

    /// <summary>The largest speed-up in multiply-accumulates that a budget may ask for.</summary>
    /// <param name="always">Whether layers become GDWS convolutions also where that doesn't pay.</param>
    /// <param name="roundTo">The number of kernels of a layer is a multiple of this; at least 1, e.g. 16.</param>
    /// <returns>Rounded down to hundredths, at least 1.</returns>
    public double MostSpeedup(bool always = false, int roundTo = 1) => KernelChoice.MostSpeedup(_statistics.Spectra, _layers, always, roundTo);

    /// <summary>Frees what was prepared.</summary>
    public void Dispose() => _layers.ForEach(layer => layer.Dispose());

    private void Prepare(bool releaseMoments, CancellationToken cancellation)
    {
        TorchRuntime.SettleThreads();
        using IDisposable noGradients = torch.no_grad();
        NetworkLayer[] layers = [.. _statistics.Spectra.Layers.Where(layer => layer.Spectrum is not null)];
        for (int i = 0; i < layers.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            LayerMoments moments = _statistics.Moments.Layers[layers[i].Name];
            ObjectDisposedException.ThrowIf(moments.Covariance.IsInvalid, moments);
            CalibratedLayer layer = CalibratedLayer.Of(layers[i], moments, _statistics.Information[layers[i].Name], _recipe);
            if (releaseMoments)
                moments.Dispose();
            _layers.Add(layer);
            layer.Weight = BaseWeight(layer);
            if (_recipe.SecondOrder)
                layer.Order(cancellation);
            _progress?.Report(new CalibrationProgress("order of kernels", i + 1, layers.Length, "layers"));
        }

        if (_recipe.Weighting == LayerWeighting.FisherAndMeasured)
            Measure(cancellation);
        KeptMemory.GiveBack();
    }

    private double BaseWeight(CalibratedLayer layer)
    {
        if (_recipe.Weighting == LayerWeighting.Relative)
            return 1 / Math.Max(layer.Problem.DenseError, 1e-30);
        ReadOnlySpan<float> alpha = layer.Layer.Sensitivity.Span;
        if (alpha.IsEmpty)
            return layer.Information;

        // α weighs errors of the weight itself; over the variance of its inputs it weighs those of the outputs.
        double sum = 0;
        foreach (float value in alpha)
            sum += value;
        using Tensor diagonal = layer.Problem.Covariance.diagonal();
        using Tensor mean = diagonal.mean();
        return Math.Max(sum / alpha.Length / mean.item<double>(), double.Epsilon);
    }

    private void Measure(CancellationToken cancellation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor[] few = [.. _statistics.Images.FirstBatches(ImportanceImages)];
        Dictionary<string, double> measured = LayerImportance.Of(
            _statistics.Dense,
            [.. _layers.Select(layer => (layer.Convolution, LayerImportance.Trials.Select(ratio => Trial(layer, ratio)).ToArray()))],
            few,
            (done, total) => _progress?.Report(new CalibrationProgress("weights of layers", done, total, "batches")),
            cancellation);
        foreach (CalibratedLayer layer in _layers)
        {
            double weight = measured[layer.Layer.Name];
            if (weight > 0)
                layer.Weight = Math.Sqrt(layer.Weight * weight);
        }
    }

    private LayerImportance.Trial Trial(CalibratedLayer layer, double ratio)
    {
        int count = (int)Math.Round(ratio * layer.Spectrum.Inputs);
        using KernelSet kernels = layer.Removal is { } removal
            ? removal.At(Math.Clamp(count, removal.Curve.Fewest, removal.Curve.Most))
            : KernelSet.Of(Mego.Select(layer.Spectrum, count), layer.Problem.Weight.device);
        using Tensor pointwise = AlternatingLeastSquares.Pointwise(layer.Problem, kernels);
        GdwsFactors factors = Factors(layer, kernels, pointwise, withBias: true);
        float[] bias = factors.BiasCorrection.ToArray();
        float[]? own = Bias(layer.Convolution);
        for (int m = 0; own is not null && m < bias.Length; m++)
            bias[m] += own[m];
        Tensor weight = ImageTensors.From(factors.Compose(), factors.Outputs, factors.Inputs, factors.KernelHeight, factors.KernelWidth);
        torch.Device device = _statistics.Dense.Device;
        return new LayerImportance.Trial(
            weight.to(device), ImageTensors.From(bias, bias.Length).to(device), layer.Problem.Error(kernels, pointwise));
    }

    private GdwsFactors WeightsOf(CalibratedLayer layer, KernelSet kernels)
    {
        bool isProjected = _recipe is { Refit: RefitKind.None or RefitKind.Bias, SecondOrder: false, AlternatingRounds: 0 };
        using Tensor pointwise = isProjected ? Projected(layer, kernels) : AlternatingLeastSquares.Pointwise(layer.Problem, kernels);
        return Factors(layer, kernels, pointwise, _recipe.Refit != RefitKind.None);
    }

    /// <summary>The pointwise columns that the spectrum itself says, without regard to other channels.</summary>
    private static Tensor Projected(CalibratedLayer layer, KernelSet kernels)
    {
        Selection selection = new(layer.Spectrum, kernels.PerChannel(layer.Spectrum.Inputs));
        using Tensor single = ImageTensors.From(GdwsFactors.Of(selection).Pointwise, layer.Spectrum.Outputs, kernels.Count);
        return single.to(ScalarType.Float64, layer.Problem.Weight.device);
    }

    private static GdwsFactors Factors(CalibratedLayer layer, KernelSet kernels, Tensor pointwise, bool withBias)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        LayerSpectrum spectrum = layer.Spectrum;
        float[] depthwise = new float[kernels.Count * spectrum.KernelSize], weights = new float[spectrum.Outputs * kernels.Count];
        kernels.Kernels.CopyTo(depthwise);
        pointwise.CopyTo(weights);
        float[]? bias = withBias ? new float[spectrum.Outputs] : null;
        if (bias is not null)
            layer.Problem.BiasCorrection(kernels, pointwise).CopyTo(bias);
        return new GdwsFactors(spectrum.Outputs, spectrum.Inputs, spectrum.KernelHeight, spectrum.KernelWidth, kernels.Map, depthwise, weights, bias);
    }

    /// <summary>Fits in sequence, and again with images that are perturbed against what came out: an attack looks for what the first fit left open.</summary>
    private void RefitAgainstAttacks(
        OnnxModel network, GdwsPlan plan, CalibratedLayer[] layers, Dictionary<string, GdwsFactors> factors, CancellationToken cancellation)
    {
        CalibrationImages images = _statistics.Images;
        try
        {
            RefitInSequence(network, plan, layers, factors, images, cancellation);
            for (int round = 0; round < _recipe.AdaptiveRounds && images.IsPaired; round++)
            {
                CalibrationImages more = AttackedAgain(plan.ApplyTo(network, factors), images, cancellation);
                if (images != _statistics.Images)
                    images.Dispose();
                images = more;
                RefitInSequence(network, plan, layers, factors, images, cancellation);
            }
        }
        finally
        {
            if (images != _statistics.Images)
                images.Dispose();
        }
    }

    private CalibrationImages AttackedAgain(OnnxModel approximated, CalibrationImages images, CancellationToken cancellation)
    {
        using IDisposable gradients = torch.enable_grad();
        using TorchNetwork attacked = new(approximated, _statistics.Dense.Device, new TorchNetworkOptions { SkipFinalSoftmax = true });
        return images.AlsoAgainst(
            attacked,
            _statistics.Options,
            _recipe.SequentialImages,
            (done, total) => _progress?.Report(new CalibrationProgress("perturbed again", done, total, "images")),
            cancellation);
    }

    /// <summary>Fits layer after layer.</summary>
    private void RefitInSequence(
        OnnxModel network,
        GdwsPlan plan,
        CalibratedLayer[] layers,
        Dictionary<string, GdwsFactors> factors,
        CalibrationImages images,
        CancellationToken cancellation)
    {
        SequentialRefit refit = new(_statistics.Dense, network, plan.ApplyTo(network, factors), _statistics.Options, _recipe);
        Dictionary<string, FittedWeights> fitted = refit.Run(
            layers,
            images,
            (done, total) => _progress?.Report(new CalibrationProgress("refit in sequence", done, total, "layers")),
            cancellation);
        foreach (CalibratedLayer layer in layers)
        {
            FittedWeights weights = fitted[layer.Layer.Name];
            GdwsFactors old = factors[layer.Layer.Name];
            float[] correction = [.. weights.Bias];
            float[]? own = Bias(layer.Convolution);
            for (int m = 0; own is not null && m < correction.Length; m++)
                correction[m] -= own[m];
            factors[layer.Layer.Name] = new GdwsFactors(
                old.Outputs,
                old.Inputs,
                old.KernelHeight,
                old.KernelWidth,
                old.ChannelMap,
                old.Kernels == 0 ? [] : weights.Kernels ?? old.Depthwise.ToArray(),
                old.Kernels == 0 ? [] : weights.Pointwise,
                correction);
        }
    }

    private float[]? Bias(ConvolutionLayer layer)
    {
        if (!layer.HasBias)
            return null;
        OnnxModel network = _statistics.Spectra.Network;
        return network.Constant(layer.Node.Input[2])?.ToSingles()
            ?? throw new GdwsException($"{network.Source}: layer {layer.Name}: its bias isn't constant and so can't be corrected");
    }

    private string EffortName()
    {
        foreach (CalibrationEffort effort in Enum.GetValues<CalibrationEffort>())
        {
            if (_recipe == CalibrationRecipe.Of(effort))
                return effort.ToString().ToLowerInvariant();
        }

        return _recipe.ToString();
    }
}
