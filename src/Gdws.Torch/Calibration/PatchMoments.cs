using Gdws.Onnx;

namespace Gdws.Torch.Calibration;

/// <summary>Mean and covariance of the input patches of convolutions, over clean and perturbed images.</summary>
/// <remarks>A patch u <c>[C·K²]</c> is what one output position reads, the zeros of the padding included.</remarks>
public sealed class PatchMoments : IDisposable
{
    private readonly Dictionary<string, LayerMoments> _layers;

    internal PatchMoments(Dictionary<string, LayerMoments> layers) => _layers = layers;

    /// <summary>The moments by the layer's name.</summary>
    public IReadOnlyDictionary<string, LayerMoments> Layers => _layers;

    /// <summary>Reads moments that were kept.</summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="device">Where they go; null for the CPU.</param>
    /// <exception cref="InvalidFileException">The file is damaged or holds something else.</exception>
    public static PatchMoments Load(string path, torch.Device? device = null)
    {
        // Before torch.CPU: even naming it wants libtorch.
        TorchRuntime.Initialize();
        return PatchMomentsFile.Load(path, device ?? torch.CPU);
    }

    /// <summary>Keeps the moments as safetensors, whole or not at all. Covariances are stored in single precision.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">What to remember of their origin, e.g. data, attack and seed; null for nothing.</param>
    /// <exception cref="GdwsException">The file can't be written.</exception>
    public void Save(string path, IReadOnlyDictionary<string, string>? metadata = null) =>
        PatchMomentsFile.Save(this, path, metadata ?? new Dictionary<string, string>());

    /// <summary>Adds up the moments of some layers, batch by batch; the memory doesn't depend on the number of images.</summary>
    /// <param name="network">The dense network, batch normalisation not folded.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="images">The images.</param>
    /// <param name="options">Seed and positions an image.</param>
    /// <param name="recipe">Says whether S_Δ and S̄ are wanted.</param>
    /// <param name="report">Is told the batches done and all.</param>
    /// <param name="cancellation">Ends the work early.</param>
    internal static PatchMoments Of(
        TorchNetwork network,
        IReadOnlyList<ConvolutionLayer> layers,
        CalibrationImages images,
        CalibrationOptions options,
        CalibrationRecipe recipe,
        Action<int, int> report,
        CancellationToken cancellation)
    {
        using IDisposable noGradients = torch.no_grad();
        List<Sums> sums = [.. layers.Select(layer => new Sums(layer, images.IsPaired, recipe, network.Device))];
        try
        {
            int number = 0;
            foreach (Tensor batch in images.Batches)
            {
                using TorchRun run = network.Start(batch);
                for (int i = 0; i < layers.Count; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    LayerGeometry geometry = new(layers[i]);
                    long[] positions = geometry.Draw(options.Seed, i, number, options.PositionsPerImage);
                    sums[i].Add(geometry, run.Value(layers[i].Input), positions);
                }

                report(++number, images.BatchCount);
            }

            return new PatchMoments(sums.ToDictionary(sum => sum.Layer.Name, sum => sum.Finish(), StringComparer.Ordinal));
        }
        finally
        {
            sums.ForEach(sum => sum.Dispose());
        }
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (LayerMoments layer in _layers.Values)
            layer.Dispose();
    }

    private sealed class Sums(ConvolutionLayer layer, bool isPaired, CalibrationRecipe recipe, torch.Device device) : IDisposable
    {
        private readonly CovarianceSum _all = new(Size(layer), 0, device);
        private readonly CovarianceSum? _differences = isPaired && recipe.DifferenceWeight > 0 ? new CovarianceSum(Size(layer), 0, device, centred: false) : null;
        private readonly CovarianceSum? _means = recipe.CoherenceWeight > 0 ? new CovarianceSum(Size(layer), 0, device) : null;

        public ConvolutionLayer Layer => layer;

        public void Add(LayerGeometry geometry, Tensor input, long[] positions)
        {
            if (_means is not null)
            {
                using Tensor means = geometry.MeanPatches(input);
                _means.Add(means);
            }

            using Tensor patches = geometry.Patches(input, positions);
            _all.Add(patches);
            if (_differences is null)
                return;
            long half = patches.shape[0] / 2;
            using Tensor clean = patches.narrow(0, 0, half);
            using Tensor perturbed = patches.narrow(0, half, half);
            using Tensor difference = perturbed.Minus(clean);
            _differences.Add(difference);
        }

        public LayerMoments Finish()
        {
            LayerMoments moments = new(_all.Count, _all.Mean(), _all.Covariance(), _differences?.Covariance(), _means?.Covariance());
            Dispose();
            return moments;
        }

        public void Dispose()
        {
            _all.Dispose();
            _differences?.Dispose();
            _means?.Dispose();
        }

        private static long Size(ConvolutionLayer layer) => (long)layer.Inputs * layer.KernelHeight * layer.KernelWidth;
    }
}
