namespace Gdws.Torch.Sensitivity;

/// <summary>
/// The functions of an image whose weight gradients are wanted: for its predicted class n and each competing class j the margin δ = y_n − y_j, divided by
/// √2·δ. The squared gradient of that is a term of equation (8) but for M·K².
/// </summary>
internal sealed class ClassMargins
{
    private readonly int[][] _competitors;
    private readonly double[][] _scales;
    private readonly int _classes;

    /// <summary>Reads the margins of a batch.</summary>
    /// <param name="logits"><c>[N · classes]</c>, no NaN.</param>
    /// <param name="classes">The number of logits of an image, at least 2.</param>
    /// <param name="competing">The classes nearest to the predicted one that count, from 1 to classes − 1.</param>
    /// <param name="leastMargin">The least margin, as a share of the distance of the image's largest and least logits.</param>
    public ClassMargins(ReadOnlySpan<double> logits, int classes, int competing, double leastMargin)
    {
        _classes = classes;
        Competing = competing;
        int images = logits.Length / classes;
        _competitors = new int[images][];
        _scales = new double[images][];
        Predicted = new int[images];
        for (int image = 0; image < images; image++)
            Read(image, logits.Slice(image * classes, classes), leastMargin);
    }

    /// <summary>The number of functions of an image.</summary>
    public int Competing { get; }

    /// <summary>n of every image: the class with the largest logit, the first of equal ones.</summary>
    public int[] Predicted { get; }

    /// <summary>Images that have a margin below the least one.</summary>
    public int Limited { get; private set; }

    /// <summary>Images whose logits are all equal, so that they say nothing about margins; they count as 0.</summary>
    public int Undecided { get; private set; }

    /// <summary>The derivative of every image's function at that place with respect to the logits.</summary>
    /// <param name="place">From 0, the nearest class, to <see cref="Competing"/> − 1.</param>
    /// <param name="type">The type of the result.</param>
    /// <param name="device">Its device.</param>
    /// <returns><c>[N, classes]</c>.</returns>
    public Tensor Cotangent(int place, ScalarType type, torch.Device device)
    {
        double[] values = new double[Predicted.Length * _classes];
        for (int image = 0; image < Predicted.Length; image++)
        {
            values[(image * _classes) + Predicted[image]] = _scales[image][place];
            values[(image * _classes) + _competitors[image][place]] = -_scales[image][place];
        }

        using Tensor flat = torch.tensor(values, type, device);
        return flat.reshape(Predicted.Length, _classes);
    }

    private void Read(int image, ReadOnlySpan<double> row, double leastMargin)
    {
        double[] logits = row.ToArray();
        int[] order = [.. Enumerable.Range(0, logits.Length).OrderByDescending(label => logits[label])];
        int predicted = Predicted[image] = order[0];
        double range = logits[predicted] - logits[order[^1]];
        _competitors[image] = order[1..(Competing + 1)];
        _scales[image] = new double[Competing];
        if (range == 0)
        {
            Undecided++;
            return;
        }

        double least = leastMargin * range;
        bool limited = false;
        for (int place = 0; place < Competing; place++)
        {
            double margin = logits[predicted] - logits[_competitors[image][place]];
            limited |= margin < least;
            _scales[image][place] = 1 / (Math.Sqrt(2) * Math.Max(margin, least));
        }

        if (limited)
            Limited++;
    }
}
