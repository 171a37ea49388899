using System.Runtime.InteropServices;

namespace Gdws.Torch;

/// <summary>
/// libtorch asks for memory for every map of a network and gives it back a moment later. The C library (glibc) hands blocks of many megabytes to the kernel and
/// gets them anew, page by page and zeroed, each time: between a twentieth and a third of the processor's time of an attack. Asked to, it keeps them.
/// </summary>
internal static partial class KeptMemory
{
    // Names and numbers of glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MapThreshold = -3;

    private const int Mebibyte = 1 << 20;

    /// <summary>The largest block that is kept; larger ones, which live longer, go back to the system at once.</summary>
    private const int LargestBlock = 64 * Mebibyte;

    /// <summary>The largest block that older versions can be asked to keep.</summary>
    private const int LargestBlockOnce = 32 * Mebibyte;

    /// <summary>What the process holds at most beyond what it uses.</summary>
    private const int MostKept = 1024 * Mebibyte;

    /// <summary>Whether the user has told the C library what to do.</summary>
    public static bool HasOwnSettings() => Environment.GetEnvironmentVariables().Keys.Cast<string>()
        .Any(name => name is "GLIBC_TUNABLES" or "LD_PRELOAD" || (name.StartsWith("MALLOC_", StringComparison.Ordinal) && name.EndsWith('_')));

    /// <summary>Asks once for the whole process; does nothing elsewhere, or where the user has made settings.</summary>
    public static void Ask()
    {
        if (!OperatingSystem.IsLinux() || HasOwnSettings())
            return;
        try
        {
            if (Set(MapThreshold, LargestBlock) == 0)
                _ = Set(MapThreshold, LargestBlockOnce);
            _ = Set(TrimThreshold, MostKept);
            _ = Set(TopPad, 64 * Mebibyte);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, e.g. musl.
        }
    }

    /// <summary>
    /// Gives back what is kept, between works that need memory of different shapes: a large block doesn't fit where many small ones were.
    /// </summary>
    public static void GiveBack()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, e.g. musl.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nint pad);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int what, int value);
}
