using System.Buffers.Binary;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>The checksum of zip entries (polynomial 0xEDB88320, reflected).</summary>
internal static class Crc32
{
    private const int BytesAStep = 8;
    private static readonly uint[][] s_tables = MakeTables();

    /// <summary>
    /// Eight bytes a step: table k holds the effect of a byte that k more bytes follow, so the eight look-ups are independent of each other
    /// where the textbook loop must wait for each byte's result.
    /// </summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        while (bytes.Length >= BytesAStep)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = s_tables[7][(byte)low] ^ s_tables[6][(byte)(low >> 8)] ^ s_tables[5][(byte)(low >> 16)] ^ s_tables[4][low >> 24]
                ^ s_tables[3][(byte)high] ^ s_tables[2][(byte)(high >> 8)] ^ s_tables[1][(byte)(high >> 16)] ^ s_tables[0][high >> 24];
            bytes = bytes[BytesAStep..];
        }

        foreach (byte value in bytes)
            crc = (crc >> 8) ^ s_tables[0][(byte)(crc ^ value)];
        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        uint[][] tables = new uint[BytesAStep][];
        for (int k = 0; k < BytesAStep; k++)
        {
            tables[k] = new uint[256];
            for (uint i = 0; i < 256; i++)
            {
                uint crc = k == 0 ? i : tables[k - 1][i];
                for (int bit = 0; bit < 8; bit++)
                    crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
                tables[k][i] = crc;
            }
        }

        return tables;
    }
}
