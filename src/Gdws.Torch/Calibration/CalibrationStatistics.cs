using System.Globalization;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Torch.Calibration;

/// <summary>What a calibration learns from images before anything is approximated; the same for every budget and recipe.</summary>
public sealed class CalibrationStatistics : IDisposable
{
    // F has as many elements as pairs of outputs.
    private const int InformationImages = 1000;

    private CalibrationStatistics(
        Spectra spectra, CalibrationOptions options, TorchNetwork dense, CalibrationImages images, Dictionary<string, LayerInformation> information, PatchMoments moments)
    {
        Spectra = spectra;
        Options = options;
        Dense = dense;
        Images = images;
        Information = information;
        Moments = moments;
    }

    /// <summary>The plain spectra of the network.</summary>
    public Spectra Spectra { get; }

    /// <summary>The options.</summary>
    public CalibrationOptions Options { get; }

    /// <summary>The moments of the patches of all layers that may become GDWS convolutions.</summary>
    public PatchMoments Moments { get; }

    /// <summary>What the plan will say of the calibration, the effort apart.</summary>
    public required PlanCalibration Record { get; init; }

    /// <summary>What a user should know: e.g. that there are too few images. One sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    internal TorchNetwork Dense { get; }

    internal CalibrationImages Images { get; }

    internal Dictionary<string, LayerInformation> Information { get; }

    /// <summary>Looks at the images.</summary>
    /// <param name="spectra">The network's spectra: they say which layers are to be looked at.</param>
    /// <param name="dataset">Images that suit the network.</param>
    /// <param name="options">What to look at.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="GdwsException">
    /// The images don't suit the network, the network can't be run, the size of a layer's map is unknown, or no layer may become a GDWS convolution.
    /// </exception>
    public static CalibrationStatistics Collect(
        Spectra spectra,
        IImageDataset dataset,
        CalibrationOptions options,
        IProgress<CalibrationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(options);
        TorchRuntime.SettleThreads();
        ConvolutionLayer[] layers = Layers(spectra);
        TorchNetwork dense = new(
            spectra.Network, options.Device, new TorchNetworkOptions { FoldBatchNormalization = false, SkipFinalSoftmax = true });
        CalibrationImages? images = null;
        Dictionary<string, LayerInformation>? information = null;
        try
        {
            RequireSuits(dense, dataset);
            using (TorchNetwork attacked = new(spectra.Network, options.Device, new TorchNetworkOptions { SkipFinalSoftmax = true }))
                images = CalibrationImages.Draw(attacked, dataset, options, Report(options.Attack is null ? "images" : "perturbed images", "images"), cancellation);
            Tensor[] few = [.. images.FirstBatches(InformationImages)];
            information = OutputInformation.Of(dense, layers, few, options.Seed, Report("output weights", "batches"), cancellation);
            KeptMemory.GiveBack();
            CalibrationRecipe recipe = options.Recipe ?? CalibrationRecipe.Of(options.Effort);
            PatchMoments moments = PatchMoments.Of(dense, layers, images, options, recipe, Report("patch moments", "batches"), cancellation);
            int count = images.IsPaired ? 2 * images.Count : images.Count;
            KeptMemory.GiveBack();
            return new CalibrationStatistics(spectra, options, dense, images, information, moments)
            {
                Record = new PlanCalibration
                {
                    Data = dataset.Name,
                    Split = dataset.Split,
                    Images = count,
                    Attack = Describe(options),
                    Seed = options.Seed,
                    Effort = "",
                    Fingerprints = images.Fingerprints,
                },
                Warnings = [.. WarningsOf(layers, moments, count)],
            };
        }
        catch
        {
            dense.Dispose();
            images?.Dispose();
            Free(information);
            throw;
        }

        Action<int, int> Report(string stage, string unit) => (done, total) => progress?.Report(new CalibrationProgress(stage, done, total, unit));
    }

    /// <summary>Frees images, moments and the network.</summary>
    public void Dispose()
    {
        Dense.Dispose();
        Images.Dispose();
        Moments.Dispose();
        Free(Information);
    }

    private static void Free(Dictionary<string, LayerInformation>? information)
    {
        foreach (LayerInformation layer in information?.Values ?? Enumerable.Empty<LayerInformation>())
            layer.Dispose();
    }

    private static ConvolutionLayer[] Layers(Spectra spectra)
    {
        ConvolutionLayer[] layers = [.. spectra.Layers.Where(layer => layer.Spectrum is not null).Select(layer => layer.Convolution)];
        if (layers.Length == 0)
            throw new GdwsException($"{spectra.Network.Source}: has no convolution that may become a GDWS convolution, so there is nothing to calibrate");
        if (layers.FirstOrDefault(layer => layer.OutputSize.Height < 1 || layer.InputSize.Height < 1) is { } unknown)
            throw new GdwsException($"{spectra.Network.Source}: layer {unknown.Name}: the size of its map is unknown, so its patches can't be told");
        return layers;
    }

    private static void RequireSuits(TorchNetwork network, IImageDataset dataset)
    {
        if (dataset.Count == 0)
            throw new GdwsException($"data '{dataset.Name}': holds no images");
        dataset.RequireMatches(network.Channels, network.Height, network.Width, network.Classes, network.Source);
    }

    private static string? Describe(CalibrationOptions options) => options.Attack is not { } attack
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{attack.Name} {attack.ThreatModel.NormName} {attack.ThreatModel.Epsilon:0.########}, {attack.Iterations} steps of {attack.Step:0.########}");

    private static IEnumerable<string> WarningsOf(ConvolutionLayer[] layers, PatchMoments moments, int images)
    {
        string[] scarce =
        [
            .. layers.Where(layer => moments.Layers[layer.Name].Patches < 2L * layer.Inputs * layer.KernelHeight * layer.KernelWidth).Select(layer => layer.Name),
        ];
        if (scarce.Length > 0)
        {
            yield return $"{images:N0} images are few: {scarce.Length} of {layers.Length} layers ({scarce[0]}…) have fewer than two patches for each input "
                + "of theirs, so damping decides part of their weights; use more --samples";
        }
    }
}
