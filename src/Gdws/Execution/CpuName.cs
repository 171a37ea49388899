using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Gdws.Execution;

/// <summary>Asks the processor, else the operating system, for the processor's model name.</summary>
internal static class CpuName
{
    public static string Read()
    {
        string name = X86Base.IsSupported ? FromCpuId() : OperatingSystem.IsLinux() ? FromLinux("/proc/cpuinfo") : "";
        return name.Length > 0 ? name : $"unknown {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()} processor";
    }

    /// <summary>x86 spells its brand string, 48 bytes of ASCII, in three CPUID leaves.</summary>
    private static string FromCpuId()
    {
        const int firstLeaf = unchecked((int)0x80000002), lastLeaf = unchecked((int)0x80000004);
        if ((uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax < unchecked((uint)lastLeaf))
            return "";

        Span<int> registers = stackalloc int[12];
        for (int leaf = firstLeaf, i = 0; leaf <= lastLeaf; leaf++, i += 4)
            (registers[i], registers[i + 1], registers[i + 2], registers[i + 3]) = X86Base.CpuId(leaf, 0);
        return Tidy(Encoding.ASCII.GetString(MemoryMarshal.AsBytes(registers)));
    }

    private static string FromLinux(string path)
    {
        try
        {
            string? line = File.ReadLines(path).FirstOrDefault(l => l.StartsWith("model name", StringComparison.OrdinalIgnoreCase)
                || l.StartsWith("Hardware", StringComparison.Ordinal));
            return Tidy(line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..] ?? "");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Tidy(string name) => string.Join(' ', name.Replace('\0', ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
