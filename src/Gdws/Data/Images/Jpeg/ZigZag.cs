namespace Gdws.Data.Images.Jpeg;

/// <summary>The order in which JPEG stores coefficients: along the block's diagonals, low frequencies first.</summary>
internal static class ZigZag
{
    private static readonly byte[] Order = Walk();

    /// <summary>Where in a block (rows of 8) each stored coefficient belongs.</summary>
    public static ReadOnlySpan<byte> NaturalOrder => Order;

    private static byte[] Walk()
    {
        byte[] order = new byte[64];
        int next = 0;
        for (int diagonal = 0; diagonal < 15; diagonal++)
        {
            int first = Math.Max(0, diagonal - 7);
            int last = Math.Min(7, diagonal);
            for (int i = first; i <= last; i++)
            {
                // Even diagonals run upwards, odd ones downwards.
                int row = diagonal % 2 == 0 ? last - (i - first) : i;
                order[next++] = (byte)((8 * row) + diagonal - row);
            }
        }

        return order;
    }
}
