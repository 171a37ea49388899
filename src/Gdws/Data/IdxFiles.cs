using System.Buffers.Binary;
using System.IO.Compression;

namespace Gdws.Data;

/// <summary>
/// MNIST and Fashion-MNIST in IDX files (LeCun): <c>00 00 08 rank</c>, the sizes as big-endian 32-bit integers, the bytes.
/// Images are <c>[N, H, W]</c>, labels <c>[N]</c>; either may be gzipped.
/// </summary>
internal static class IdxFiles
{
    private const int Classes = 10;

    // Well above the largest sets of such digits. A small gzip file can declare, and unpack to, a thousand times its own size.
    private const long MaximumUnzipped = 1L << 28;

    public static IImageDataset Open(string name, string folder, string split)
    {
        DataFile.ExistingFolder(folder);
        string prefix = split == "test" ? "t10k" : "train";
        string imageFile = Find(folder, $"{prefix}-images", "idx3-ubyte");
        string labelFile = Find(folder, $"{prefix}-labels", "idx1-ubyte");

        (int[] size, byte[] pixels) = Read(imageFile, rank: 3);
        (int[] labelSize, byte[] labels) = Read(labelFile, rank: 1);
        if (labelSize[0] != size[0])
        {
            throw new InvalidFileException(
                labelFile,
                $"expected {size[0]} labels, one for each image of {Path.GetFileName(imageFile)}, found {labelSize[0]}");
        }

        int wrong = labels.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(Classes - 1));
        if (wrong >= 0)
            throw new InvalidFileException(labelFile, $"image {wrong}: expected a label from 0 to {Classes - 1}, found {labels[wrong]}");
        return new ByteImageDataset(name, split, (1, size[1], size[2]), Classes, pixels, labels);
    }

    private static string Find(string folder, string stem, string type)
    {
        // The official names have a dash; unpacking with some tools turns it into a dot.
        string[] candidates = [$"{stem}-{type}", $"{stem}-{type}.gz", $"{stem}.{type}", $"{stem}.{type}.gz"];
        return candidates.Select(candidate => Path.Combine(folder, candidate)).FirstOrDefault(File.Exists)
            ?? throw new GdwsException($"{folder}: neither {candidates[0]} nor {candidates[1]} is there");
    }

    private static (int[] Size, byte[] Values) Read(string file, int rank)
    {
        using FileStream stream = DataFile.Open(file);
        return DataFile.Guard(file, () =>
        {
            int first = stream.ReadByte();
            int second = stream.ReadByte();
            stream.Position = 0;
            if (first != 0x1f || second != 0x8b)
                return ReadContent(file, stream, rank, stream.Length);

            using GZipStream unzipped = new(stream, CompressionMode.Decompress);
            return ReadContent(file, unzipped, rank, length: null);
        });
    }

    private static (int[] Size, byte[] Values) ReadContent(string file, Stream stream, int rank, long? length)
    {
        byte[] header = new byte[4 + (4 * rank)];
        int got = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (got == 0)
            throw new InvalidFileException(file, "holds no images: it is empty");
        if (got < header.Length)
            throw new InvalidFileException(file, $"expected an IDX header of {header.Length} bytes, found {got}: the file is truncated");
        if (header[0] != 0 || header[1] != 0 || header[2] != 8 || header[3] != rank)
        {
            throw new InvalidFileException(
                file,
                $"expected the IDX header 0000080{rank} (bytes in {rank} dimension(s)), found " +
                $"{Convert.ToHexString(header.AsSpan(0, 4))}");
        }

        int[] size = new int[rank];
        for (int i = 0; i < rank; i++)
            size[i] = CheckedSize(file, BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 + (4 * i))), isCount: i == 0);

        long expected = size.Aggregate(1L, (product, value) => product * value);
        long most = length is null ? MaximumUnzipped : DataFile.MaximumBytes;
        if (expected > most)
        {
            throw new InvalidFileException(
                file,
                $"declares {string.Join("×", size)} = {expected} bytes, more than the {most} that can be read");
        }

        if (length is long real && real - header.Length != expected)
        {
            throw new InvalidFileException(
                file,
                $"declares {string.Join("×", size)} = {expected} bytes after the header, found {real - header.Length}");
        }

        byte[] values = DataFile.ReadDeclared(file, stream, (int)expected);

        // One byte more is enough to know that the header lies; it also makes gzip verify its checksum at the true end.
        if (stream.ReadByte() >= 0)
            throw new InvalidFileException(file, $"declares {expected} bytes after the header, found more");
        return (size, values);
    }

    private static int CheckedSize(string file, uint size, bool isCount)
    {
        uint maximum = isCount ? 100_000_000u : 4096u;
        if (size == 0)
            throw new InvalidFileException(file, isCount ? "holds no images: the header declares 0" : "declares images of size 0");
        if (size > maximum)
        {
            string what = isCount ? "count" : "size";
            throw new InvalidFileException(file, $"declares a {what} of {size}, more than the {maximum} that can be read");
        }

        return (int)size;
    }
}
