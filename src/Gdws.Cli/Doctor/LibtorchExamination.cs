using System.Text.RegularExpressions;
using Gdws.Build;
using Gdws.Torch;
using TorchSharp;

namespace Gdws.Cli.Doctor;

/// <summary>Looks for libtorch: where it comes from, whether its bridge to .NET loads here, and whether it can use a GPU.</summary>
internal static partial class LibtorchExamination
{
    private const string Area = "libtorch";
    private const string Bridge = "libLibTorchSharp.so";
    private const string NewVersion = "GLIBCXX_3.4.32";
    private const string Marker = "_ZSt21ios_base_library_initv";

    public static IEnumerable<Finding> Run()
    {
        Finding loaded = Finding.Of(Area, "loads", Where);
        yield return loaded;
        if (OperatingSystem.IsLinux())
            yield return Mended();
        if (loaded.Works == true)
        {
            yield return new Finding(Area, "threads", null, $"{TorchRuntime.Threads} for attacks, sensitivity and calibration (OMP_NUM_THREADS changes that)");
            yield return Finding.Of(Area, "CUDA", Cuda);
        }
    }

    private static string Where()
    {
        TorchRuntime.Initialize();
        string folder = TorchRuntime.Folder ?? Path.Combine(AppContext.BaseDirectory, "libtorch");
        string by = Environment.GetEnvironmentVariable(TorchRuntime.FolderVariable) is { Length: > 0 } ? $"named by {TorchRuntime.FolderVariable}" : "came along";
        string version = VersionOf(folder) is { } found ? $"PyTorch {found}" : $"libtorch {string.Join('.', torch.__version__.Split('.').Take(3))}";
        return $"{version}, {by}: {(Directory.Exists(folder) ? folder : AppContext.BaseDirectory)}";
    }

    /// <summary>A PyTorch installation says its version in a file beside the folder of libraries.</summary>
    private static string? VersionOf(string folder)
    {
        string file = Path.Combine(folder, "..", "version.py");
        try
        {
            return File.Exists(file) && new FileInfo(file).Length < 100_000 && VersionLine().Match(File.ReadAllText(file)) is { Success: true } match ? match.Groups[1].Value : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Finding Mended()
    {
        const string Name = "C++ library";
        string? file = NativeFolders().Select(folder => Path.Combine(folder, Bridge)).FirstOrDefault(File.Exists);
        if (file is null)
            return new Finding(Area, Name, null, $"{Bridge} isn't there for this system");

        byte[] bytes = File.ReadAllBytes(file);
        if (bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(NewVersion)) < 0)
            return new Finding(Area, Name, true, $"{Bridge} needs nothing newer than what Debian 12 has");
        return ElfVersionMender.MakeOptional(bytes, NewVersion, Marker)
            ? new Finding(Area, Name, null, $"{Bridge} insists on {NewVersion}: loads where libstdc++ is of GCC 13.2 or newer only; build gdws again, the build mends it")
            : new Finding(Area, Name, true, $"{Bridge} is mended: {NewVersion} may be missing, so it also loads on Debian 12");
    }

    private static IEnumerable<string> NativeFolders() =>
        ((AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory);

    private static string Cuda()
    {
        if (TorchRuntime.IsCudaAvailable)
            return $"{torch.cuda.device_count()} GPU(s): --device cuda";
        string folder = TorchRuntime.Folder ?? Path.Combine(AppContext.BaseDirectory, "libtorch");
        bool builtFor = Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*torch_cuda*").Any();
        throw new GdwsException(builtFor
            ? "this libtorch is made for CUDA but finds no GPU: is the driver installed (nvidia-smi), and CUDA_VISIBLE_DEVICES not empty?"
            : $"this libtorch is for the CPU; set {TorchRuntime.FolderVariable} to the torch/lib folder of a PyTorch with CUDA (Linux)");
    }

    [GeneratedRegex("""__version__\s*(?::\s*\w+\s*)?=\s*['"]([^'"]{1,40})['"]""")]
    private static partial Regex VersionLine();
}
