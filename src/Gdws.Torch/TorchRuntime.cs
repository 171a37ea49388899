using System.Runtime.InteropServices;

namespace Gdws.Torch;

/// <summary>
/// Loads libtorch, once a process: the one beside the program, or the one of a PyTorch installation (which may have CUDA).
/// Whatever needs libtorch calls <see cref="Initialize"/> itself; programs call it first only to choose the folder.
/// </summary>
public static partial class TorchRuntime
{
    /// <summary>The environment variable that names a folder to load libtorch from, e.g. a PyTorch installation's <c>torch/lib</c>.</summary>
    public const string FolderVariable = "GDWS_LIBTORCH";

    /// <summary>Where the build of our own programs puts libtorch on Linux (see build/LibTorch.targets).</summary>
    private static readonly string OwnFolder = Path.Combine(AppContext.BaseDirectory, "libtorch");

    private static readonly Lock Gate = new();
    private static bool s_loaded;
    private static string? s_folder;
    private static int s_threads;

    /// <summary>The folder that libtorch was loaded from, or null for the one beside the program.</summary>
    public static string? Folder
    {
        get
        {
            Initialize();
            return s_folder;
        }
    }

    /// <summary>The version of libtorch, e.g. <c>2.10.0</c>.</summary>
    public static string LibraryVersion
    {
        get
        {
            Initialize();
            return torch.__version__;
        }
    }

    /// <summary>Whether libtorch can compute on a GPU here.</summary>
    public static bool IsCudaAvailable
    {
        get
        {
            Initialize();
            return torch.TryInitializeDeviceType(DeviceType.CUDA);
        }
    }

    /// <summary>The number of threads that one operation uses on the CPU, at least 1.</summary>
    public static int Threads
    {
        get
        {
            Initialize();
            return torch.get_num_threads();
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Initialize();
            Volatile.Write(ref s_threads, value);
            if (torch.get_num_threads() != value)
                torch.set_num_threads(value);
        }
    }

    /// <summary>Loads libtorch; does nothing when it is loaded.</summary>
    /// <param name="folder">
    /// The folder that holds libtorch, or null for the one named by <c>GDWS_LIBTORCH</c>, or, where that is empty too, the one beside the program.
    /// </param>
    /// <exception cref="GdwsException">libtorch isn't there, can't be loaded, or was already loaded from another folder.</exception>
    public static void Initialize(string? folder = null)
    {
        lock (Gate)
        {
            if (s_loaded)
            {
                if (folder is not null && Path.GetFullPath(folder) != s_folder)
                    throw new GdwsException($"libtorch: already loaded from {s_folder ?? "beside the program"}, can't be loaded from {folder} too");
                return;
            }

            LetWaitingThreadsSleep();
            KeptMemory.Ask();
            folder ??= Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named ? named : null;
            if (folder is not null)
                LoadFrom(Path.GetFullPath(folder));
            else if (Directory.Exists(OwnFolder))
                LoadFrom(OwnFolder);
            else
                LoadBesideProgram();
            s_folder = folder is null ? null : Path.GetFullPath(folder);
            s_threads = torch.get_num_threads();
            s_loaded = true;
        }
    }

    /// <summary>
    /// Gives the present thread the number of threads that was set last. libtorch keeps one for every thread that it has met, so work would otherwise depend on what
    /// else ran on the thread (of a pool, say) that it happens to be given; and with the number the order of sums, so the last bits.
    /// </summary>
    internal static void SettleThreads()
    {
        Initialize();
        int threads = Volatile.Read(ref s_threads);
        if (torch.get_num_threads() != threads)
            torch.set_num_threads(threads);
    }

    /// <summary>The device of that name.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c>, or <c>cuda:1</c> for the second GPU.</param>
    /// <exception cref="GdwsException">There is no such device here.</exception>
    public static torch.Device Device(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Initialize();
        if (name == "cpu")
            return torch.CPU;

        int index = 0;
        if (name != "cuda" && !(name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out index) && index >= 0))
            throw new GdwsException($"unknown device {name}: expected cpu, cuda or cuda:N");
        if (!IsCudaAvailable)
        {
            throw new GdwsException(
                $"device {name}: libtorch finds no GPU (the libtorch that comes along is for the CPU; set {FolderVariable} to the torch/lib folder of a PyTorch with CUDA)");
        }

        if (index >= torch.cuda.device_count())
            throw new GdwsException($"device {name}: there are {torch.cuda.device_count()} GPUs, numbered from 0");
        return torch.device(DeviceType.CUDA, index);
    }

    /// <summary>
    /// libtorch's OpenMP threads spin while they wait for each other, by default for about a millisecond. Where anything else runs on the machine
    /// they then wait for threads that can't run because others spin: beside one busy process PGD was 2 to 10 times slower. A hundredth of
    /// that is as fast on an idle machine. The library reads its environment when it is loaded, and .NET's changes don't reach native code.
    /// </summary>
    private static void LetWaitingThreadsSleep()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
            _ = SetEnvironment("GOMP_SPINCOUNT", "3000", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    private static void LoadBesideProgram()
    {
        // TorchSharp would load these itself, but on failure it writes to standard output and names the wrong cause.
        Load("torch_cpu");
        Load("LibTorchSharp");
        torch.InitializeDeviceType(DeviceType.CPU);
    }

    private static void LoadFrom(string folder)
    {
        if (!OperatingSystem.IsLinux())
            throw new GdwsException($"libtorch: {FolderVariable} works on Linux only; unset it to use the libtorch beside the program");
        if (!Directory.Exists(folder))
            throw new GdwsException($"libtorch: {folder} is no folder (expected the torch/lib folder of a PyTorch installation)");
        RefuseASecond(folder);

        // Each library before those that need it: the loader then takes the one in memory, whatever else it could find.
        foreach (string library in (string[])["c10", "torch_cpu", "torch", "c10_cuda", "torch_cuda"])
        {
            string path = Path.Combine(folder, $"lib{library}.so");
            if (File.Exists(path))
                Attempt(() => NativeLibrary.Load(path));
            else if (!library.EndsWith("_cuda", StringComparison.Ordinal))
                throw new GdwsException($"libtorch: {path} is missing (expected the torch/lib folder of a PyTorch installation)");
        }

        Load("LibTorchSharp");
        if (File.Exists(Path.Combine(folder, "libtorch_cuda.so")))
            torch.TryInitializeDeviceType(DeviceType.CUDA);
        torch.InitializeDeviceType(DeviceType.CPU);
    }

    /// <summary>
    /// TorchSharp also loads a libtorch among the program's native libraries when the CPU is first used, even where another is in use, and two
    /// in one process end it.
    /// </summary>
    private static void RefuseASecond(string folder)
    {
        string searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        string? second = searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, "libtorch_cpu.so"))
            .FirstOrDefault(File.Exists);
        if (second is not null && Path.GetDirectoryName(Path.GetFullPath(second)) != folder)
            throw new GdwsException($"libtorch: can't be loaded from {folder}, since the program brings its own: {second}; unset {FolderVariable} or delete that file");
    }

    private static void Load(string library) => Attempt(() => NativeLibrary.Load(library, typeof(torch).Assembly, null));

    private static void Attempt(Action load)
    {
        try
        {
            load();
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw new GdwsException($"libtorch can't be loaded: {Cause(exception.Message)}", exception);
        }
    }

    /// <summary>The loader tries many paths and lists every failure; the one worth reading doesn't say that there is no such file.</summary>
    internal static string Cause(string message)
    {
        string[] lines = [.. message.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        return lines.Skip(1).FirstOrDefault(line => !line.Contains("No such file", StringComparison.Ordinal))
            ?? $"there is none for this system ({RuntimeInformation.RuntimeIdentifier}) beside the program; refer to a libtorch-cpu or libtorch-cuda package, or set {FolderVariable} to the torch/lib folder of a PyTorch installation";
    }
}
