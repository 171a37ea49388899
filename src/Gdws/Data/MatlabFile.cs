using System.IO.Compression;
using System.Text;

namespace Gdws.Data;

/// <summary>Reads numeric arrays from a MATLAB 5 file (<c>.mat</c>, MATLAB 5 to 7.2, compressed or not, either byte order).</summary>
internal static class MatlabFile
{
    private const int HeaderLength = 128;
    private const int MaximumNameLength = 63;

    /// <summary>The arrays with the wanted names; others are skipped, not read.</summary>
    public static Dictionary<string, MatlabArray> Read(string file, IReadOnlyCollection<string> wanted)
    {
        using FileStream stream = DataFile.Open(file);
        return DataFile.Guard(file, () => Read(file, stream, wanted));
    }

    private static Dictionary<string, MatlabArray> Read(string file, FileStream stream, IReadOnlyCollection<string> wanted)
    {
        bool bigEndian = ReadHeader(file, stream);
        Dictionary<string, MatlabArray> arrays = [];
        while (stream.Position < stream.Length && arrays.Count < wanted.Count)
        {
            MatlabElement element = MatlabElement.Read(file, stream, bigEndian);
            long next = stream.Position + element.StoredSize;
            if (stream.Position + (element.IsSmall ? 0 : element.Size) > stream.Length)
            {
                throw new InvalidFileException(
                    file,
                    $"a data element at byte {stream.Position} declares {element.Size} bytes, but {stream.Length - stream.Position} are left: " +
                    "the file is truncated");
            }

            MatlabArray? array = element.Type switch
            {
                MatlabElement.Matrix => ReadArray(file, stream, bigEndian, wanted),
                MatlabElement.Compressed => ReadCompressed(file, stream, bigEndian, wanted),
                _ => null,
            };
            if (array is not null && !arrays.TryAdd(array.Name, array))
                throw new InvalidFileException(file, $"holds two variables called {array.Name}");
            stream.Position = next;
        }

        return arrays;
    }

    private static bool ReadHeader(string file, FileStream stream)
    {
        byte[] header = new byte[HeaderLength];
        int got = stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false);
        if (got == 0)
            throw new InvalidFileException(file, "holds no images: it is empty");

        ReadOnlySpan<byte> start = header.AsSpan(0, got);
        if (start.StartsWith("MATLAB 7.3"u8) || start.StartsWith<byte>([0x89, (byte)'H', (byte)'D', (byte)'F']))
        {
            throw new InvalidFileException(
                file,
                "is a MATLAB 7.3 file (HDF5), which isn't supported; use the official file, or save it again in MATLAB with save(…, '-v7')");
        }

        if (got < HeaderLength)
            throw new InvalidFileException(file, $"expected a MATLAB 5 header of {HeaderLength} bytes, found {got}: the file is truncated");
        return (header[126], header[127]) switch
        {
            ((byte)'I', (byte)'M') => false,
            ((byte)'M', (byte)'I') => true,
            _ => throw new InvalidFileException(file, "is no MATLAB 5 file: expected the byte order mark 'IM' or 'MI' at byte 126"),
        };
    }

    private static MatlabArray? ReadCompressed(string file, FileStream stream, bool bigEndian, IReadOnlyCollection<string> wanted)
    {
        using ZLibStream inflated = new(stream, CompressionMode.Decompress, leaveOpen: true);
        MatlabElement element = MatlabElement.Read(file, inflated, bigEndian);
        if (element.Type != MatlabElement.Matrix)
            return null;

        MatlabArray? array = ReadArray(file, inflated, bigEndian, wanted);

        // Reading to the end makes zlib verify its checksum; what follows the array is bounded, not trusted to be short.
        if (array is not null)
            inflated.ReadAtLeast(new byte[64], 64, throwOnEndOfStream: false);
        return array;
    }

    /// <summary>An array's flags, dimensions, name and values; null where the array isn't wanted.</summary>
    private static MatlabArray? ReadArray(string file, Stream stream, bool bigEndian, IReadOnlyCollection<string> wanted)
    {
        byte[] flags = MatlabElement.Read(file, stream, bigEndian).ReadData(file, stream, maximum: 8);
        byte[] sizes = MatlabElement.Read(file, stream, bigEndian).ReadData(file, stream, maximum: 4 * 32);
        string name = Encoding.UTF8.GetString(MatlabElement.Read(file, stream, bigEndian).ReadData(file, stream, MaximumNameLength));
        if (!wanted.Contains(name))
            return null;
        if (flags.Length != 8 || sizes.Length < 8 || sizes.Length % 4 != 0)
            throw new InvalidFileException(file, $"variable {name}: the array's flags or dimensions are damaged");

        int[] dimensions = new int[sizes.Length / 4];
        for (int i = 0; i < dimensions.Length; i++)
        {
            uint size = MatlabElement.ReadUInt32(sizes.AsSpan(4 * i), bigEndian);
            dimensions[i] = size <= DataFile.MaximumBytes
                ? (int)size
                : throw new InvalidFileException(file, $"variable {name}: expected dimensions up to {DataFile.MaximumBytes}, found {size}");
        }

        if (dimensions.Aggregate((Int128)1, (product, size) => product * size) > DataFile.MaximumBytes)
        {
            throw new InvalidFileException(
                file,
                $"variable {name}: declares {string.Join("×", dimensions)} values, more than the {DataFile.MaximumBytes} that can " +
                "be read");
        }

        MatlabElement values = MatlabElement.Read(file, stream, bigEndian);
        return new MatlabArray(name, dimensions, values.Type, values.ReadData(file, stream, DataFile.MaximumBytes), bigEndian);
    }
}
