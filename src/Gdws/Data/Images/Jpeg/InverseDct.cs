namespace Gdws.Data.Images.Jpeg;

/// <summary>
/// The inverse 8×8 discrete cosine transform of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) in integers: 12 multiplications for 8 values.
/// </summary>
/// <remarks>
/// Constants have 13 bits and the columns' results 2 bits of fraction, which is what libjpeg's default transform has; decoded values are
/// then the same as everybody else's, to the bit.
/// </remarks>
internal static class InverseDct
{
    private const int ConstantBits = 13;
    private const int ColumnBits = 2;

    /// <summary>Transforms a block and writes its samples.</summary>
    /// <param name="coefficients">64 coefficients, rows of 8.</param>
    /// <param name="quantization">Their factors, in the same order.</param>
    /// <param name="target">Receives 8 rows of 8 samples, from its start.</param>
    /// <param name="stride">From a row of the target to the next.</param>
    public static void Transform(ReadOnlySpan<short> coefficients, ReadOnlySpan<int> quantization, Span<byte> target, int stride)
    {
        Span<int> work = stackalloc int[64];
        Span<int> line = stackalloc int[8];
        for (int column = 0; column < 8; column++)
        {
            for (int i = 0; i < 8; i++)
                line[i] = coefficients[(8 * i) + column] * quantization[(8 * i) + column];
            TransformLine(line, ConstantBits - ColumnBits);
            for (int i = 0; i < 8; i++)
                work[(8 * i) + column] = line[i];
        }

        for (int row = 0; row < 8; row++)
        {
            Span<int> values = work.Slice(8 * row, 8);
            TransformLine(values, ConstantBits + ColumnBits + 3);
            Span<byte> samples = target.Slice(row * stride, 8);
            for (int i = 0; i < 8; i++)
                samples[i] = (byte)Math.Clamp(values[i] + 128, 0, 255);
        }
    }

    private static void TransformLine(Span<int> x, int shift)
    {
        // Even part: a 4-point transform, whose rotation is by 3π/8.
        int rotated = (x[2] + x[6]) * 4433;
        int even2 = rotated + (x[6] * -15137);
        int even3 = rotated + (x[2] * 6270);
        int even0 = (x[0] + x[4]) << ConstantBits;
        int even1 = (x[0] - x[4]) << ConstantBits;
        int a0 = even0 + even3;
        int a3 = even0 - even3;
        int a1 = even1 + even2;
        int a2 = even1 - even2;

        // Odd part: sums shared between the rotations.
        int shared = (x[7] + x[3] + x[5] + x[1]) * 9633;
        int sum73 = ((x[7] + x[3]) * -16069) + shared;
        int sum51 = ((x[5] + x[1]) * -3196) + shared;
        int sum71 = (x[7] + x[1]) * -7373;
        int sum53 = (x[5] + x[3]) * -20995;
        int b0 = (x[7] * 2446) + sum71 + sum73;
        int b1 = (x[5] * 16819) + sum53 + sum51;
        int b2 = (x[3] * 25172) + sum53 + sum73;
        int b3 = (x[1] * 12299) + sum71 + sum51;

        int half = 1 << (shift - 1);
        x[0] = (a0 + b3 + half) >> shift;
        x[7] = (a0 - b3 + half) >> shift;
        x[1] = (a1 + b2 + half) >> shift;
        x[6] = (a1 - b2 + half) >> shift;
        x[2] = (a2 + b1 + half) >> shift;
        x[5] = (a2 - b1 + half) >> shift;
        x[3] = (a3 + b0 + half) >> shift;
        x[4] = (a3 - b0 + half) >> shift;
    }
}
