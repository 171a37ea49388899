using Gdws.Torch.Attacks;

namespace Gdws.Torch.Training;

/// <summary>
/// The images of one step. Its random numbers depend on the seed, the epoch and the images' positions in their dataset alone: there is no generator
/// whose state a resumed training would have to know.
/// </summary>
internal sealed class TrainingBatch : IDisposable
{
    private readonly int _seed;
    private readonly int _epoch;
    private readonly int _step;

    public TrainingBatch(Tensor images, Tensor labels, int[] indices, int seed, int epoch, int step)
    {
        Images = images;
        Labels = labels;
        Indices = indices;
        _seed = seed;
        _epoch = epoch;
        _step = step;
    }

    /// <summary><c>[N, C, H, W]</c>, augmented, in [0,1].</summary>
    public Tensor Images { get; }

    /// <summary><c>[N]</c>, whole numbers.</summary>
    public Tensor Labels { get; }

    /// <summary>The images' positions in their dataset.</summary>
    public int[] Indices { get; }

    /// <summary>The random numbers of an image in an epoch.</summary>
    public static ImageRandom RandomOf(int seed, int image, int epoch, RandomPurpose purpose) => new(seed, image, (4 * epoch) + (int)purpose);

    /// <summary>The random numbers of the batch as a whole.</summary>
    public ImageRandom Random() => RandomOf(_seed, _step, _epoch, RandomPurpose.Batch);

    public Tensor CrossEntropySum(Tensor logits) =>
        torch.nn.functional.cross_entropy(logits, Labels, reduction: torch.nn.Reduction.Sum);

    /// <summary>A random place in the ball (and the box) for each image.</summary>
    public Tensor RandomStart(Ball ball)
    {
        using Tensor noise = Noise((ref random, values) => ball.FillNoise(ref random, values));
        return ball.Inside(noise);
    }

    /// <summary>Normal random numbers times a scale, double precision, as large as the images.</summary>
    public Tensor Gaussian(double scale) => Noise((ref random, values) =>
    {
        foreach (ref double value in values)
            value = scale * random.Normal();
    });

    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }

    private Tensor Noise(Filling fill)
    {
        int length = (int)(Images.numel() / Indices.Length);
        double[] values = new double[Images.numel()];
        for (int i = 0; i < Indices.Length; i++)
        {
            ImageRandom random = RandomOf(_seed, Indices[i], _epoch, RandomPurpose.Attack);
            fill(ref random, values.AsSpan(i * length, length));
        }

        using Tensor flat = torch.tensor(values, ScalarType.Float64, Images.device);
        return flat.reshape(Images.shape);
    }

    private delegate void Filling(ref ImageRandom random, Span<double> values);
}
