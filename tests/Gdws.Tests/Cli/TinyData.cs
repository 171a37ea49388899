namespace Gdws.Tests.Cli;

/// <summary>A CIFAR-10 test set of random images.</summary>
internal static class TinyData
{
    public static string Cifar10(TemporaryFolder folder, int images)
    {
        byte[] bytes = new byte[images * 3073];
        new Random(3).NextBytes(bytes);
        for (int i = 0; i < images; i++)
            bytes[i * 3073] = (byte)(i % 10);
        string path = folder["cifar"];
        Directory.CreateDirectory(path);
        File.WriteAllBytes(Path.Combine(path, "test_batch.bin"), bytes);
        return $"cifar10:{path}";
    }
}
