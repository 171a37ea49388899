namespace Gdws.Decomposition;

/// <summary>Checks the weights α_c that a user gives.</summary>
internal static class SensitivityVector
{
    /// <summary>The vector, or one of ones where none is given.</summary>
    /// <exception cref="GdwsException">The length isn't C, or an element is negative, NaN or infinite.</exception>
    public static float[] Validated(ReadOnlySpan<float> sensitivity, int inputs)
    {
        if (sensitivity.IsEmpty)
        {
            float[] ones = new float[inputs];
            Array.Fill(ones, 1f);
            return ones;
        }

        if (sensitivity.Length != inputs)
            throw new GdwsException($"the sensitivity has {sensitivity.Length} values for {inputs} input channels");
        for (int c = 0; c < inputs; c++)
        {
            if (!(sensitivity[c] >= 0 && float.IsFinite(sensitivity[c])))
                throw new GdwsException($"the sensitivity of channel {c} is {sensitivity[c]}, expected a finite number of at least 0");
        }

        return sensitivity.ToArray();
    }
}
