namespace Gdws.Decomposition;

/// <summary>Extends a set of orthonormal vectors by one more.</summary>
internal static class Orthonormal
{
    /// <summary>Makes a vector orthonormal to those before it.</summary>
    /// <param name="before">The vectors so far, one after the other.</param>
    /// <param name="vector">The vector; replaced.</param>
    /// <param name="isGiven">Whether its direction means something; otherwise any direction will do and the first free axis is taken.</param>
    public static void Append(ReadOnlySpan<double> before, Span<double> vector, bool isGiven)
    {
        if (isGiven && TryNormalise(before, vector, least: 0.1))
            return;

        // Of the unit vectors at least one keeps a length of √(1 − r/n) after r directions are taken away from it.
        double least = 0.5 * Math.Sqrt(1 - ((double)before.Length / vector.Length / vector.Length));
        for (int axis = 0; axis < vector.Length; axis++)
        {
            vector.Clear();
            vector[axis] = 1;
            if (TryNormalise(before, vector, least))
                return;
        }
    }

    /// <summary>Makes the element of the largest magnitude positive, the first of these where several are as large.</summary>
    /// <param name="vector">The vector.</param>
    /// <returns>Whether the vector was turned around.</returns>
    public static bool FixSign(Span<double> vector)
    {
        int largest = 0;
        for (int i = 1; i < vector.Length; i++)
        {
            if (Math.Abs(vector[i]) > Math.Abs(vector[largest]))
                largest = i;
        }

        if (vector[largest] >= 0)
            return false;
        for (int i = 0; i < vector.Length; i++)
            vector[i] = -vector[i];
        return true;
    }

    private static bool TryNormalise(ReadOnlySpan<double> before, Span<double> vector, double least)
    {
        Scale(vector);
        double kept = 1;

        // Twice is enough: the second pass removes what rounding left of the first (Kahan and Parlett).
        for (int pass = 0; pass < 2; pass++)
        {
            for (int start = 0; start < before.Length; start += vector.Length)
            {
                ReadOnlySpan<double> other = before.Slice(start, vector.Length);
                double product = 0;
                for (int i = 0; i < vector.Length; i++)
                    product += other[i] * vector[i];
                for (int i = 0; i < vector.Length; i++)
                    vector[i] -= product * other[i];
            }

            kept *= Scale(vector);
        }

        return kept > least;
    }

    private static double Scale(Span<double> vector)
    {
        double squares = 0;
        foreach (double value in vector)
            squares += value * value;
        double length = Math.Sqrt(squares);
        if (length > 0)
        {
            for (int i = 0; i < vector.Length; i++)
                vector[i] /= length;
        }

        return length;
    }
}
