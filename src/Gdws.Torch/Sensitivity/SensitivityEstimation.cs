using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Sensitivity;

/// <summary>
/// Estimates the sensitivity of a network, equation (8) of Dbouk and Shanbhag (NeurIPS 2021): for every input channel c of a convolution
/// <para>α_c = E_x[ Σ_{j≠n} ‖∂(y_n − y_j)/∂W_c‖² / (2 (y_n − y_j)² M K²) ]</para>
/// with logits y, the predicted class n and the channel matrix W_c <c>[M, K²]</c>. In the state after training (running statistics), many images at a time.
/// </summary>
/// <remarks>
/// Every dense K×K convolution with K &gt; 1 gets a vector, the network's first one too. Where two convolutions share a weight, each has its own.
/// A convolution that the logits don't depend on has zeros. The terms grow without bound as a margin y_n − y_j vanishes; see <see cref="LeastMargin"/>.
/// </remarks>
public sealed record SensitivityEstimation
{
    /// <summary>With up to so many classes all of them compete by default.</summary>
    private const int FewClasses = 100;

    private readonly double _leastMargin = 0.01;
    private readonly int? _competingClasses;
    private readonly int? _batchSize;
    private readonly long _memoryBudget = 1L << 30;

    /// <summary>
    /// How the images are perturbed first; null for images as they are. The paper perturbs them by <see cref="PaperAttack"/>.
    /// </summary>
    public IAttack? Attack { get; init; }

    /// <summary>
    /// How many classes j count for an image, those with the largest logits first; null for all where the network tells at most 100 classes apart,
    /// else 100. Near classes carry most of the sum, as each term is divided by (y_n − y_j)².
    /// </summary>
    public int? CompetingClasses
    {
        get => _competingClasses;
        init => _competingClasses = value is null or >= 1
            ? value
            : throw new GdwsException($"the number of competing classes must be at least 1, found {value}");
    }

    /// <summary>
    /// The least y_n − y_j, as a share of the distance between the image's largest and least logits; smaller margins count as that. Above 0, at most 1.
    /// Default: 0.01. An image whose logits are all equal counts as 0.
    /// </summary>
    /// <remarks>
    /// Without it the expectation is infinite wherever images can lie on a boundary between classes, and the mean over images is that of the one image
    /// nearest to a boundary. 0.1 makes it much steadier than the paper's formula is; see docs/mathematics.md.
    /// </remarks>
    public double LeastMargin
    {
        get => _leastMargin;
        init => _leastMargin = value is > 0 and <= 1 ? value : throw new GdwsException($"the least margin must be above 0 and at most 1, found {value}");
    }

    /// <summary>Images at a time, at least 1; null for as many as <see cref="MemoryBudget"/> allows, at most 16.</summary>
    public int? BatchSize
    {
        get => _batchSize;
        init => _batchSize = value is null or >= 1 ? value : throw new GdwsException($"the batch size must be at least 1, found {value}");
    }

    /// <summary>About the memory that values and gradients may take, in bytes, at least 1. Default: 1 GiB.</summary>
    public long MemoryBudget
    {
        get => _memoryBudget;
        init => _memoryBudget = value >= 1 ? value : throw new GdwsException($"the memory budget must be at least 1 byte, found {value}");
    }

    /// <summary>Whether everything is computed in double precision, which is slow and meant for checks. Default: no.</summary>
    public bool DoublePrecision { get; init; }

    /// <summary>
    /// PGD as the paper uses it for α: 10 steps of ε/4, all of them, one random start. By default linf with ε = 8/255.
    /// </summary>
    /// <param name="threatModel">The norm and ε; null for linf with 8/255.</param>
    /// <param name="seed">Decides the random starts.</param>
    public static PgdAttack PaperAttack(ThreatModel? threatModel = null, int seed = 0) =>
        new(threatModel ?? new ThreatModel(Norm.Linf, 8.0 / 255)) { Iterations = 10, StopWhenBroken = false, Seed = seed };

    /// <summary>Estimates the sensitivity.</summary>
    /// <param name="model">The network.</param>
    /// <param name="images">The images; all are used (see <see cref="BatchReading.Take"/>). Labels are needed for an attack only.</param>
    /// <param name="device">Where it is computed; null for the CPU.</param>
    /// <param name="progress">Is told after every batch.</param>
    /// <param name="cancellation">Ends the estimation early.</param>
    /// <exception cref="GdwsException">
    /// The network has no dense K×K convolution or fewer than two classes, has operators that aren't supported, or gives NaN; or the images don't suit it.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public SensitivityEstimate Run(
        OnnxModel model,
        IImageDataset images,
        torch.Device? device = null,
        IProgress<SensitivityProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        TorchRuntime.SettleThreads();
        IReadOnlyList<DenseConvolution> layers = DenseConvolution.Of(model);
        if (layers.Count == 0)
            throw new GdwsException($"{model.Source}: has no dense K×K convolution (K > 1, one group), so there is no sensitivity");

        using TorchNetwork network = new(model, device, new TorchNetworkOptions
        {
            FoldBatchNormalization = false,
            SkipFinalSoftmax = true,
            DoublePrecision = DoublePrecision,
        });
        RequireMatch(network, images);
        int competing = Math.Min(CompetingClasses ?? FewClasses, network.Classes - 1);
        SensitivitySums sums = new(network, layers, model.Inputs[0].Name) { Competing = competing, LeastMargin = LeastMargin };
        WorkPlan plan = sums.Plan(MemoryBudget);
        plan = plan with { Images = Math.Min(BatchSize ?? plan.Images, images.Count) };

        for (int start = 0; start < images.Count; start += plan.Images)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(plan.Images, images.Count - start);
            using Tensor batch = Batch(network, images, start, count, cancellation);
            sums.Add(batch, start, plan.Functions, cancellation);
            progress?.Report(new SensitivityProgress(start + count, images.Count));
        }

        return new SensitivityEstimate(model.Source, sums.Means(), SensitivityMetadata.Of(model, images, this, competing, sums));
    }

    private void RequireMatch(TorchNetwork network, IImageDataset images)
    {
        if (images.Count == 0)
            throw new GdwsException($"data '{images.Name}': holds no images");
        if (network.Classes < 2)
            throw new GdwsException($"{network.Source}: gives one number an image, expected the logits of at least 2 classes");
        images.RequireMatches(network.Channels, network.Height, network.Width, network.Classes, network.Source);
        for (int i = 0; Attack is not null && i < images.Count; i++)
        {
            if (images.Label(i) < 0 || images.Label(i) >= network.Classes)
            {
                throw new GdwsException(
                    $"data '{images.Name}': image {i} has the class {images.Label(i)}, {network.Source} tells classes 0 to {network.Classes - 1} apart");
            }
        }
    }

    /// <summary>Neighbouring images on the network's device, attacked where that is wanted.</summary>
    private Tensor Batch(TorchNetwork network, IImageDataset images, int start, int count, CancellationToken cancellation)
    {
        float[] pixels = new float[count * images.ImageLength()];
        int[] labels = new int[count];
        images.CopyBatch(start, count, pixels, labels);
        using Tensor clean = ImageTensors.From(pixels, count, images.Channels, images.Height, images.Width);
        if (Attack is null)
            return clean.to(network.Precision, network.Device, copy: true);
        using AttackResult result = Attack.Run(network, clean, labels, [.. Enumerable.Range(start, count)], cancellation);
        return result.Images.detach();
    }
}
