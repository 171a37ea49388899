namespace Gdws.Execution;

/// <summary>How many images were classified correctly.</summary>
/// <param name="Images">The number of images, at least 0.</param>
/// <param name="Correct">Those whose class had the largest logit.</param>
/// <param name="CorrectTop5">Those whose class was among the five largest logits.</param>
public readonly record struct AccuracyCount(int Images, int Correct, int CorrectTop5)
{
    /// <summary>Correct images in percent, 0 to 100; 0 where there are none.</summary>
    public double Accuracy => Percent(Correct);

    /// <summary>Images whose class was among the five largest logits, in percent, 0 to 100; 0 where there are none.</summary>
    public double Top5 => Percent(CorrectTop5);

    /// <summary>Counts one more image.</summary>
    /// <param name="rank">The number of classes that the network preferred to the image's own.</param>
    internal AccuracyCount Add(int rank) => new(Images + 1, Correct + (rank < 1 ? 1 : 0), CorrectTop5 + (rank < 5 ? 1 : 0));

    private double Percent(int count) => Images == 0 ? 0 : 100.0 * count / Images;
}
