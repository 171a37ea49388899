using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Gdws.Data;

/// <summary>Tells whether two sets of images have images in common, by their pixels and not by where they come from.</summary>
/// <remarks>A fingerprint is 64 bits of the SHA-256 of an image's pixels at eight bits each: a copy in another file or format has the same.</remarks>
public static class ImageFingerprints
{
    // A folder of photographs takes long to decode; a sample tells as well.
    private const int MostLookedAt = 2000;

    /// <summary>The fingerprint of an image.</summary>
    /// <param name="image"><c>[C, H, W]</c>, values in [0,1].</param>
    public static ulong Of(ReadOnlySpan<float> image)
    {
        byte[] pixels = new byte[image.Length];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp(MathF.Round(image[i] * 255), 0, 255);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(pixels, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    /// <summary>Fingerprints as text, sorted: 11 characters an image.</summary>
    /// <param name="fingerprints">The fingerprints, in any order.</param>
    public static string Pack(IEnumerable<ulong> fingerprints)
    {
        ulong[] sorted = [.. fingerprints.Distinct().Order()];
        byte[] bytes = new byte[sorted.Length * sizeof(ulong)];
        for (int i = 0; i < sorted.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), sorted[i]);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Counts the images of a dataset that are among others.</summary>
    /// <param name="dataset">The images; of very many, evenly spaced ones are looked at.</param>
    /// <param name="packed">The others, of <see cref="Pack"/>. Text that isn't of that form stands for no images.</param>
    /// <returns>How many are, and how many were looked at.</returns>
    /// <exception cref="GdwsException">An image can't be read.</exception>
    public static (int Shared, int LookedAt) Count(IImageDataset dataset, string packed)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(packed);
        byte[] bytes = new byte[packed.Length];
        if (!Convert.TryFromBase64String(packed, bytes, out int length) || length == 0 || length % sizeof(ulong) != 0)
            return (0, 0);
        HashSet<ulong> known = [];
        for (int i = 0; i < length; i += sizeof(ulong))
            known.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i)));

        float[] image = new float[dataset.ImageLength()];
        int lookedAt = Math.Min(dataset.Count, MostLookedAt), shared = 0;
        for (int i = 0; i < lookedAt; i++)
        {
            dataset.CopyImage((int)((long)i * dataset.Count / lookedAt), image);
            if (known.Contains(Of(image)))
                shared++;
        }

        return (shared, lookedAt);
    }
}
