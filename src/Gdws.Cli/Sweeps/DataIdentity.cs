using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Gdws.Data;

namespace Gdws.Cli.Sweeps;

/// <summary>Tells images apart by their content, so that answers about other images aren't taken for answers about these.</summary>
internal static class DataIdentity
{
    /// <summary>SHA-256 of the pixels and labels; for folders of pictures, which take long to decode, of their files' names, sizes and dates.</summary>
    /// <param name="images">The images.</param>
    public static string Of(IImageDataset images)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{images.Count} {images.Channels} {images.Height} {images.Width} {images.Classes}\n"));
        DatasetSpecification specification = DatasetSpecification.Parse(images.Name);
        if (specification.Kind == DatasetKind.ImageNet)
            AppendFiles(hash, specification.Path);
        else
            AppendPixels(hash, images);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendPixels(IncrementalHash hash, IImageDataset images)
    {
        float[] pixels = new float[images.ImageLength()];
        for (int i = 0; i < images.Count; i++)
        {
            images.CopyImage(i, pixels);
            hash.AppendData(MemoryMarshal.AsBytes(pixels.AsSpan()));
            hash.AppendData(BitConverter.GetBytes(images.Label(i)));
        }
    }

    private static void AppendFiles(IncrementalHash hash, string folder)
    {
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(folder, file.FullName)} {file.Length} {file.LastWriteTimeUtc.Ticks}\n"));
    }
}
