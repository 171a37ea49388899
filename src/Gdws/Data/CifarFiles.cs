namespace Gdws.Data;

/// <summary>
/// The binary version of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): records of one (CIFAR-10) or two (CIFAR-100: coarse, fine)
/// label bytes and 3,072 pixels as <c>[3, 32, 32]</c>. Folders with the Python version instead are left to <see cref="CifarPickles"/>.
/// </summary>
internal static class CifarFiles
{
    private const int PixelsPerImage = 3 * 32 * 32;

    public static IImageDataset Open10(string name, string folder, string split)
    {
        DataFile.ExistingFolder(folder);
        string[] pickles = split == "test" ? ["test_batch"] : [.. Enumerable.Range(1, 5).Select(number => $"data_batch_{number}")];
        if (Pickles(folder, pickles) is { Length: > 0 } found)
            return CifarPickles.Read(name, split, found, "labels", classes: 10);
        string[] files = split == "test"
            ? [Path.Combine(folder, "test_batch.bin")]
            : [.. Enumerable.Range(1, 5).Select(number => Path.Combine(folder, $"data_batch_{number}.bin")).Where(File.Exists)];
        if (files.Length == 0)
            throw new GdwsException($"{folder}: none of data_batch_1.bin to data_batch_5.bin (the binary version of CIFAR-10) is there");
        return Read(name, split, files, labelBytes: 1, classes: 10);
    }

    public static IImageDataset Open100(string name, string folder, string split)
    {
        DataFile.ExistingFolder(folder);
        return Pickles(folder, split) is { Length: > 0 } found
            ? CifarPickles.Read(name, split, found, "fine_labels", classes: 100)
            : Read(name, split, [Path.Combine(folder, $"{split}.bin")], labelBytes: 2, classes: 100);
    }

    /// <summary>The files of the Python version, where the folder has these and not the binary ones.</summary>
    private static string[] Pickles(string folder, params string[] names) => names.Any(name => File.Exists(Path.Combine(folder, $"{name}.bin")))
        ? []
        : [.. names.Select(name => Path.Combine(folder, name)).Where(File.Exists)];

    private static ByteImageDataset Read(string name, string split, string[] files, int labelBytes, int classes)
    {
        int record = labelBytes + PixelsPerImage;
        int[] counts = [.. files.Select(file => CountRecords(file, record))];
        long total = counts.Sum(count => (long)count);
        if (total * record > DataFile.MaximumBytes)
            throw new InvalidFileException(files[0], $"expected at most {DataFile.MaximumBytes} bytes in all, found {total * record}");

        byte[] pixels = new byte[total * PixelsPerImage];
        byte[] labels = new byte[total];
        int next = 0;
        for (int i = 0; i < files.Length; i++)
        {
            ReadRecords(files[i], counts[i], next, labelBytes, classes, pixels, labels);
            next += counts[i];
        }

        return new ByteImageDataset(name, split, (3, 32, 32), classes, pixels, labels);
    }

    private static int CountRecords(string file, int record)
    {
        using FileStream stream = DataFile.Open(file);
        long length = DataFile.Guard(file, () => stream.Length);
        if (length == 0)
            throw new InvalidFileException(file, "holds no images: it is empty");
        if (length % record != 0)
        {
            throw new InvalidFileException(
                file,
                $"expected a multiple of {record} bytes (one record an image), found {length}: {length / record} images and " +
                $"{length % record} bytes; the file is truncated or of another kind");
        }

        return checked((int)Math.Min(length / record, int.MaxValue));
    }

    private static void ReadRecords(string file, int count, int first, int labelBytes, int classes, byte[] pixels, byte[] labels)
    {
        using FileStream stream = DataFile.Open(file);
        Span<byte> label = stackalloc byte[2];
        for (int i = 0; i < count; i++)
        {
            ReadRecord(file, stream, label[..labelBytes], pixels.AsSpan((first + i) * PixelsPerImage, PixelsPerImage));
            if (label[labelBytes - 1] >= classes)
            {
                throw new InvalidFileException(
                    file,
                    $"image {i} (byte {(long)i * (labelBytes + PixelsPerImage)}): expected a label from 0 to {classes - 1}, " +
                    $"found {label[labelBytes - 1]}");
            }

            labels[first + i] = label[labelBytes - 1];
        }
    }

    private static void ReadRecord(string file, FileStream stream, Span<byte> label, Span<byte> pixels)
    {
        try
        {
            stream.ReadExactly(label);
            stream.ReadExactly(pixels);
        }
        catch (IOException exception)
        {
            throw new InvalidFileException(file, $"can't be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}
