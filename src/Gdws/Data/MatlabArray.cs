using System.Buffers.Binary;

namespace Gdws.Data;

/// <summary>A numeric array of a MATLAB file.</summary>
/// <param name="Name">The variable's name.</param>
/// <param name="Dimensions">Its sizes; the first runs fastest in <paramref name="Data"/>.</param>
/// <param name="Type">How the values are stored, one of the constants of <see cref="MatlabElement"/>.</param>
/// <param name="Data">The values' bytes.</param>
/// <param name="IsBigEndian">The byte order of values of more than one byte.</param>
internal sealed record MatlabArray(string Name, int[] Dimensions, int Type, byte[] Data, bool IsBigEndian)
{
    /// <summary>The number of values that the dimensions make.</summary>
    public long Count => Dimensions.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>All values; MATLAB stores whole numbers in the smallest type that holds them, whatever the array's class.</summary>
    public double[] ToDoubles(string file)
    {
        int width = Type switch
        {
            MatlabElement.Int8 or MatlabElement.UInt8 => 1,
            MatlabElement.Int16 or MatlabElement.UInt16 => 2,
            MatlabElement.Int32 or MatlabElement.UInt32 => 4,
            MatlabElement.Double => 8,
            _ => throw new InvalidFileException(file, $"variable {Name}: expected numbers, found data of type {Type}"),
        };
        if (Data.Length != Count * width)
        {
            throw new InvalidFileException(
                file,
                $"variable {Name}: expected {Count * width} bytes for {string.Join("×", Dimensions)}, found {Data.Length}");
        }

        double[] values = new double[Count];
        Span<byte> bytes = stackalloc byte[8];
        for (int i = 0; i < values.Length; i++)
        {
            Data.AsSpan(i * width, width).CopyTo(bytes);
            if (IsBigEndian)
                bytes[..width].Reverse();
            values[i] = Type switch
            {
                MatlabElement.Int8 => (sbyte)bytes[0],
                MatlabElement.UInt8 => bytes[0],
                MatlabElement.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
                MatlabElement.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
                MatlabElement.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
                MatlabElement.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
                _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            };
        }

        return values;
    }
}
