using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Gdws.Tests.Data;

/// <summary>Small files in the formats of the well-known data sets, byte by byte.</summary>
internal static class Fixtures
{
    /// <summary>CIFAR records; the pixel at position p of image i is (p + i) mod 251.</summary>
    public static byte[] Cifar(params byte[][] labels)
    {
        List<byte> bytes = [];
        for (int i = 0; i < labels.Length; i++)
        {
            bytes.AddRange(labels[i]);
            bytes.AddRange(Enumerable.Range(0, 3072).Select(p => (byte)((p + i) % 251)));
        }

        return [.. bytes];
    }

    /// <summary>An IDX file with its header as given, whether or not the content fits.</summary>
    public static byte[] Idx(uint[] sizes, byte[] content)
    {
        byte[] header = new byte[4 + (4 * sizes.Length)];
        header[2] = 8;
        header[3] = (byte)sizes.Length;
        for (int i = 0; i < sizes.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4 + (4 * i)), sizes[i]);
        return [.. header, .. content];
    }

    public static byte[] Gzip(byte[] content) => Compress(content, stream => new GZipStream(stream, CompressionLevel.SmallestSize));

    public static byte[] ZLib(byte[] content) => Compress(content, stream => new ZLibStream(stream, CompressionLevel.SmallestSize));

    /// <summary>A MATLAB 5 file of elements in one byte order.</summary>
    public static byte[] Matlab(bool bigEndian, params byte[][] elements)
    {
        byte[] header = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, made by a test").CopyTo(header, 0);
        header[bigEndian ? 124 : 125] = 1;
        Encoding.ASCII.GetBytes(bigEndian ? "MI" : "IM").CopyTo(header, 126);
        return [.. header, .. elements.SelectMany(element => element)];
    }

    /// <summary>A numeric array of one variable.</summary>
    public static byte[] MatlabArray(bool bigEndian, string name, int[] sizes, int type, byte[] data)
    {
        byte[] flags = [.. Integer(6, bigEndian), .. Integer(0, bigEndian)];
        byte[] dimensions = [.. sizes.SelectMany(size => Integer((uint)size, bigEndian))];
        byte[] content =
        [
            .. MatlabElement(bigEndian, 6, flags),
            .. MatlabElement(bigEndian, 5, dimensions),
            .. MatlabElement(bigEndian, 1, Encoding.ASCII.GetBytes(name)),
            .. MatlabElement(bigEndian, type, data),
        ];
        return MatlabElement(bigEndian, 14, content);
    }

    /// <summary>A data element: small form up to 4 bytes, padded to 8 bytes otherwise; compressed ones (15) are not padded.</summary>
    public static byte[] MatlabElement(bool bigEndian, int type, byte[] data)
    {
        if (data.Length is > 0 and <= 4 && type != 15)
            return [.. Integer(((uint)data.Length << 16) | (uint)type, bigEndian), .. data, .. new byte[4 - data.Length]];
        byte[] padding = type == 15 ? [] : new byte[(8 - (data.Length % 8)) % 8];
        return [.. Integer((uint)type, bigEndian), .. Integer((uint)data.Length, bigEndian), .. data, .. padding];
    }

    /// <summary>An SVHN file; the pixel of row r, column c, channel k of image n is (r + 2c + 3k + 5n) mod 251.</summary>
    public static byte[] Svhn(byte[] labels, bool bigEndian = false, bool compressed = false)
    {
        byte[] pixels = new byte[3072 * labels.Length];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(((i % 32) + (2 * (i / 32 % 32)) + (3 * (i / 1024 % 3)) + (5 * (i / 3072))) % 251);
        byte[] images = MatlabArray(bigEndian, "X", [32, 32, 3, labels.Length], 2, pixels);
        byte[] classes = MatlabArray(bigEndian, "y", [labels.Length, 1], 2, labels);
        if (compressed)
            (images, classes) = (MatlabElement(bigEndian, 15, ZLib(images)), MatlabElement(bigEndian, 15, ZLib(classes)));
        return Matlab(bigEndian, images, classes);
    }

    public static byte[] Integer(uint value, bool bigEndian)
    {
        byte[] bytes = new byte[4];
        if (bigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Compress(byte[] content, Func<Stream, Stream> compressor)
    {
        using MemoryStream target = new();
        using (Stream stream = compressor(target))
            stream.Write(content);
        return target.ToArray();
    }
}
