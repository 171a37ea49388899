using Gdws.Data;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Training;

/// <summary>
/// The batches of every epoch: all images in a random order, augmented. Batches are full; an epoch leaves out the images that don't fill one, others every
/// time (a batch normalisation on a handful of images would do harm). The next batch is made while the present one is trained on.
/// </summary>
internal sealed class TrainingBatches
{
    private readonly IImageDataset _data;
    private readonly Augmentation _augmentation;
    private readonly int _batchSize;
    private readonly int _seed;
    private readonly torch.Device _device;
    private (int Epoch, int[] Order) _order = (-1, []);
    private (int Epoch, int Step, Task<float[]> Pixels)? _next;

    public TrainingBatches(IImageDataset data, TrainingOptions options, torch.Device device)
    {
        _data = data;
        _augmentation = options.Augmentation;
        _batchSize = Math.Min(options.BatchSize, data.Count);
        _seed = options.Seed;
        _device = device;
    }

    /// <summary>Batches an epoch.</summary>
    public int Steps => _data.Count / _batchSize;

    /// <summary>Images a batch.</summary>
    public int BatchSize => _batchSize;

    /// <summary>A batch; those of an epoch in ascending order are the quickest.</summary>
    /// <exception cref="GdwsException">An image can't be decoded.</exception>
    public TrainingBatch Read(int epoch, int step)
    {
        int[] indices = IndicesOf(epoch, step);
        float[] pixels = _next is { } ready && (ready.Epoch, ready.Step) == (epoch, step)
            ? ready.Pixels.GetAwaiter().GetResult()
            : Pixels(indices, epoch);
        _next = null;
        if (step + 1 < Steps)
        {
            int[] following = IndicesOf(epoch, step + 1);
            _next = (epoch, step + 1, Task.Run(() => Pixels(following, epoch)));
        }

        using Tensor onCpu = ImageTensors.From(pixels, indices.Length, _data.Channels, _data.Height, _data.Width);
        Tensor labels = ImageTensors.FromLabels([.. indices.Select(_data.Label)], _device);
        return new TrainingBatch(onCpu.to(_device, copy: true), labels, indices, _seed, epoch, step);
    }

    internal int[] IndicesOf(int epoch, int step)
    {
        if (_order.Epoch != epoch)
            _order = (epoch, Shuffled(epoch));
        return _order.Order[(step * _batchSize)..((step + 1) * _batchSize)];
    }

    private int[] Shuffled(int epoch)
    {
        int[] order = [.. Enumerable.Range(0, _data.Count)];
        ImageRandom random = TrainingBatch.RandomOf(_seed, 0, epoch, RandomPurpose.Order);
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private float[] Pixels(int[] indices, int epoch)
    {
        int length = _data.ImageLength();
        float[] pixels = new float[checked(indices.Length * length)];
        GdwsException?[] errors = new GdwsException?[indices.Length];
        Parallel.For(0, indices.Length, i =>
        {
            try
            {
                Write(indices[i], epoch, pixels.AsSpan(i * length, length));
            }
            catch (GdwsException exception)
            {
                errors[i] = exception;
            }
        });
        return errors.FirstOrDefault(error => error is not null) is { } first ? throw first : pixels;
    }

    private void Write(int index, int epoch, Span<float> image)
    {
        if (_augmentation == Augmentation.None)
        {
            _data.CopyImage(index, image);
            return;
        }

        float[] whole = new float[image.Length];
        _data.CopyImage(index, whole);
        ImageRandom random = TrainingBatch.RandomOf(_seed, index, epoch, RandomPurpose.Augmentation);
        AugmentedImage.Write(whole, image, _data.Height, _data.Width, _augmentation == Augmentation.CropAndFlip, ref random);
    }
}
