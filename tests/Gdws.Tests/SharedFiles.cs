using System.Runtime.CompilerServices;

namespace Gdws.Tests;

/// <summary>
/// Real models, data and golden figures that lie beside the project (<c>../shared</c>, or the folder named by <c>GDWS_SHARED</c>)
/// and don't ship with it. A test that asks for one is skipped where it is missing.
/// </summary>
internal static class SharedFiles
{
    /// <summary>The project's root folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a file or folder in the shared folder; skips the test where there is none.</summary>
    /// <param name="relative">E.g. <c>models/resnet_4b.onnx</c>.</param>
    public static string Find(string relative)
    {
        string folder = Environment.GetEnvironmentVariable("GDWS_SHARED") ?? Path.Combine(Root, "..", "shared");
        string path = Path.GetFullPath(Path.Combine(folder, relative));
        if (!Path.Exists(path))
            Assert.Skip($"{relative} isn't here: it is no part of the project (set GDWS_SHARED to the folder that holds it)");
        return path;
    }

    private static string FindRoot([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
