using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Gdws.Execution;

/// <summary>The machine that a measurement was made on; stands in every report.</summary>
public sealed record MachineDescription
{
    /// <summary>The processor's model name, e.g. <c>AMD EPYC 7763 64-Core Processor</c>.</summary>
    public required string Cpu { get; init; }

    /// <summary>Logical processors that the process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Memory that the process may use, in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The operating system and its version.</summary>
    public required string Os { get; init; }

    /// <summary>The .NET runtime and its version.</summary>
    public required string Runtime { get; init; }

    /// <summary>The processor architecture, e.g. <c>x64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The vector instruction sets in reach, widest last, e.g. <c>AVX2, FMA, AVX-512F</c>.</summary>
    public required IReadOnlyList<string> InstructionSets { get; init; }

    /// <summary>Describes the machine that this runs on.</summary>
    public static MachineDescription Current { get; } = new()
    {
        Cpu = CpuName.Read(),
        Cores = Environment.ProcessorCount,
        MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Os = RuntimeInformation.OSDescription,
        Runtime = RuntimeInformation.FrameworkDescription,
        Architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
        InstructionSets = [.. VectorSets()],
    };

    /// <summary>One line, e.g. <c>AMD EPYC 7763, 2 cores, 8 GB, Debian GNU/Linux 12, .NET 10.0.1</c>.</summary>
    public override string ToString() =>
        $"{Cpu}, {Cores} {(Cores == 1 ? "core" : "cores")}, {MemoryBytes / 1e9:F0} GB, {Os}, {Runtime}";

    private static IEnumerable<string> VectorSets()
    {
        (bool Supported, string Name)[] sets =
        [
            (Sse42.IsSupported, "SSE4.2"),
            (Avx.IsSupported, "AVX"),
            (Avx2.IsSupported, "AVX2"),
            (Fma.IsSupported, "FMA"),
            (Avx512F.IsSupported, "AVX-512F"),
            (AdvSimd.IsSupported, "NEON"),
            (Dp.IsSupported, "NEON dot product"),
        ];
        return sets.Where(s => s.Supported).Select(s => s.Name);
    }
}
