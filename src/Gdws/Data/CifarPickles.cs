using System.Text;
using Gdws.Checkpoints.Pickle;

namespace Gdws.Data;

/// <summary>
/// The Python version of CIFAR-10 and CIFAR-100, which torchvision downloads: each file is a pickled dictionary with <c>data</c>, a NumPy array of bytes
/// <c>[N, 3072]</c>, and a list of labels. It is read as data; nothing in it is run.
/// </summary>
internal static class CifarPickles
{
    private const int PixelsPerImage = 3 * 32 * 32;

    public static IImageDataset Read(string name, string split, string[] files, string labelsKey, int classes)
    {
        List<byte[]> pixels = [];
        List<byte> labels = [];
        long total = 0;
        foreach (string file in files)
        {
            byte[] images = ReadFile(file, labelsKey, classes, labels);
            total += images.LongLength;
            if (total > DataFile.MaximumBytes)
                throw new InvalidFileException(file, $"expected at most {DataFile.MaximumBytes} bytes in all, found {total}");
            pixels.Add(images);
        }

        byte[] all = pixels[0];
        if (pixels.Count > 1)
        {
            all = new byte[total];
            int next = 0;
            foreach (byte[] images in pixels)
            {
                images.CopyTo(all.AsSpan(next));
                next += images.Length;
            }
        }

        return new ByteImageDataset(name, split, (3, 32, 32), classes, all, [.. labels]);
    }

    private static byte[] ReadFile(string file, string labelsKey, int classes, List<byte> labels)
    {
        using FileStream stream = DataFile.Open(file);
        if (DataFile.Guard(file, () => stream.Length) == 0)
            throw new InvalidFileException(file, "holds no images: it is empty");
        object? content = DataFile.Guard(file, () => Unpickler.Load(new PickleReader(stream, file), new PickledArrayRules()));
        if (content is not PickleDict batch || !batch.TryGet("data", out object? data) || data is not PickledArray array)
            throw new InvalidFileException(file, "isn't a batch of CIFAR images in the Python version: expected a dictionary with an array data");

        if (array.Shape is not [var count, PixelsPerImage] || count < 1 || array.Type is not ("u1" or "uint8") || array.IsFortran)
        {
            string found = array.Shape is null ? "nothing" : $"{array.Type} [{string.Join(", ", array.Shape)}]{(array.IsFortran ? ", columns first" : "")}";
            throw new InvalidFileException(file, $"data: expected bytes u1 [N, {PixelsPerImage}], found {found}");
        }

        ReadLabels(file, batch, labelsKey, classes, count, labels);
        return Pixels(file, stream, array, count);
    }

    private static void ReadLabels(string file, PickleDict batch, string key, int classes, long count, List<byte> labels)
    {
        if (!batch.TryGet(key, out object? value) || value is not List<object?> list)
            throw new InvalidFileException(file, $"{key}: expected a list of labels");
        if (list.Count != count)
            throw new InvalidFileException(file, $"{key}: expected {count} labels, one an image, found {list.Count}");
        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is not long label || label < 0 || label >= classes)
                throw new InvalidFileException(file, $"{key}: image {i}: expected a label from 0 to {classes - 1}, found {list[i] as long?}");
            labels.Add((byte)label);
        }
    }

    private static byte[] Pixels(string file, FileStream stream, PickledArray array, long count)
    {
        long length = array.Content switch { PickleBytes bytes => bytes.Length, string text => text.Length, _ => -1 };
        if (length / PixelsPerImage != count || length % PixelsPerImage != 0 || length > DataFile.MaximumBytes)
            throw new InvalidFileException(file, $"data: {count} images need {PixelsPerImage} bytes each, found {Math.Max(0, length)} in all");
        if (array.Content is string few)
            return Encoding.Latin1.GetBytes(few);

        stream.Position = ((PickleBytes)array.Content!).Offset;
        return DataFile.ReadDeclared(file, stream, (int)length);
    }
}
