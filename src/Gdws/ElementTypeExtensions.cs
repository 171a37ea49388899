using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Gdws;

/// <summary>Size, name and conversion of <see cref="ElementType"/>.</summary>
public static class ElementTypeExtensions
{
    /// <summary>Bytes an element takes.</summary>
    /// <param name="type">The type.</param>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Float64 or ElementType.Int64 => 8,
        ElementType.Float32 or ElementType.Int32 => 4,
        ElementType.Float16 or ElementType.BFloat16 or ElementType.Int16 => 2,
        ElementType.Int8 or ElementType.UInt8 or ElementType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>The usual lower-case name, e.g. <c>float32</c>.</summary>
    /// <param name="type">The type.</param>
    public static string Name(this ElementType type) => type.ToString().ToLowerInvariant();

    /// <summary>Converts little-endian elements to single precision (rounded to nearest where it has fewer bits).</summary>
    /// <param name="type">The type of the elements in <paramref name="source"/>.</param>
    /// <param name="source">Little-endian elements without gaps.</param>
    /// <param name="target">One value an element.</param>
    /// <exception cref="ArgumentException">The lengths don't agree.</exception>
    public static void ToSingles(this ElementType type, ReadOnlySpan<byte> source, Span<float> target)
    {
        int size = type.Size();
        if (source.Length != (long)target.Length * size)
            throw new ArgumentException($"{source.Length} bytes can't hold {target.Length} elements of {type.Name()}", nameof(source));

        if (type == ElementType.Float32 && BitConverter.IsLittleEndian)
        {
            source.CopyTo(MemoryMarshal.AsBytes(target));
            return;
        }

        for (int i = 0; i < target.Length; i++)
        {
            ReadOnlySpan<byte> element = source.Slice(i * size, size);
            target[i] = type switch
            {
                ElementType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
                ElementType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(element),
                ElementType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                ElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
                ElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element),
                ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
                ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
                ElementType.Int8 => (sbyte)element[0],
                _ => element[0],
            };
        }
    }
}
