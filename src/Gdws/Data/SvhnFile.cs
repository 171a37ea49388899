namespace Gdws.Data;

/// <summary>
/// SVHN's cropped digits (Netzer et al. 2011): a MATLAB file with <c>X</c>, uint8 32×32×3×N (rows fastest),
/// and <c>y</c>, N values from 1 to 10, where 10 is the digit 0.
/// </summary>
internal static class SvhnFile
{
    private const int Size = 32;
    private const int Plane = Size * Size;
    private const int PixelsPerImage = 3 * Plane;

    public static IImageDataset Open(string name, string file, string split)
    {
        Dictionary<string, MatlabArray> arrays = MatlabFile.Read(file, ["X", "y"]);
        MatlabArray images = Required(file, arrays, "X");
        MatlabArray labels = Required(file, arrays, "y");

        int[] size = images.Dimensions;
        // MATLAB drops trailing dimensions of 1, so a single image has three dimensions.
        int count = size.Length == 3 ? 1 : size.Length == 4 ? size[3] : -1;
        if (count < 0 || size[0] != Size || size[1] != Size || size[2] != 3)
            throw new InvalidFileException(file, $"variable X: expected 32×32×3×N, found {string.Join("×", size)}");
        if (count == 0)
            throw new InvalidFileException(file, "holds no images: variable X is 32×32×3×0");
        if (images.Type != MatlabElement.UInt8 || images.Data.LongLength != (long)count * PixelsPerImage)
        {
            throw new InvalidFileException(
                file,
                $"variable X: expected {(long)count * PixelsPerImage} bytes of unsigned 8-bit integers, " +
                $"found {images.Data.LongLength} bytes of type {images.Type}");
        }

        if (labels.Count != count)
            throw new InvalidFileException(file, $"variable y: expected {count} labels, one for each image of X, found {labels.Count}");
        TransposeInPlace(images.Data, count);
        return new ByteImageDataset(name, split, (3, Size, Size), classes: 10, images.Data, Digits(file, labels));
    }

    private static MatlabArray Required(string file, Dictionary<string, MatlabArray> arrays, string name) =>
        arrays.TryGetValue(name, out MatlabArray? array)
            ? array
            : throw new InvalidFileException(
                file,
                $"variable {name} is missing; expected X (32×32×3×N) and y (N), as in train_32x32.mat and test_32x32.mat");

    private static byte[] Digits(string file, MatlabArray labels)
    {
        double[] values = labels.ToDoubles(file);
        byte[] digits = new byte[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is not (>= 0 and <= 10) || values[i] != Math.Floor(values[i]))
                throw new InvalidFileException(file, $"variable y, image {i}: expected a label from 1 to 10, found {values[i]}");
            digits[i] = (byte)((int)values[i] % 10);
        }

        return digits;
    }

    /// <summary>Turns planes whose rows run fastest into planes whose columns do.</summary>
    private static void TransposeInPlace(byte[] pixels, int count)
    {
        for (int plane = 0; plane < 3 * count; plane++)
        {
            Span<byte> values = pixels.AsSpan(plane * Plane, Plane);
            for (int row = 0; row < Size; row++)
            {
                for (int column = row + 1; column < Size; column++)
                {
                    int here = (row * Size) + column;
                    int there = (column * Size) + row;
                    (values[here], values[there]) = (values[there], values[here]);
                }
            }
        }
    }
}
