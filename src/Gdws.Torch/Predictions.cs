namespace Gdws.Torch;

/// <summary>The logits of a batch in plain memory.</summary>
internal sealed class Predictions
{
    private readonly float[] _logits;
    private readonly int _classes;

    /// <summary>Copies the logits.</summary>
    /// <param name="network">The network that they come from, for messages.</param>
    /// <param name="logits"><c>[N, classes]</c>.</param>
    /// <param name="indices">The images' positions in their dataset, for messages.</param>
    /// <exception cref="GdwsException">A logit is NaN.</exception>
    public Predictions(TorchNetwork network, Tensor logits, IReadOnlyList<int> indices)
    {
        _classes = network.Classes;
        _logits = new float[logits.shape[0] * _classes];
        logits.CopyTo(_logits);
        int broken = Array.FindIndex(_logits, float.IsNaN);
        if (broken >= 0)
            throw new GdwsException($"{network.Source}: its output for image {indices[broken / _classes]} is NaN (not a number): are its weights damaged?");
    }

    /// <summary>Whether the image's largest logit is that of the label; the first of equal ones counts.</summary>
    public bool IsCorrect(int image, int label) => Rank(image, label) == 0;

    /// <summary>The class with the largest logit; the first of equal ones.</summary>
    public int First(int image)
    {
        ReadOnlySpan<float> row = _logits.AsSpan(image * _classes, _classes);
        int first = 0;
        for (int i = 1; i < row.Length; i++)
            first = row[i] > row[first] ? i : first;
        return first;
    }

    /// <summary>How many classes come before the label.</summary>
    public int Rank(int image, int label)
    {
        ReadOnlySpan<float> row = _logits.AsSpan(image * _classes, _classes);
        int before = 0;
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i] > row[label] || (row[i] == row[label] && i < label))
                before++;
        }

        return before;
    }
}
