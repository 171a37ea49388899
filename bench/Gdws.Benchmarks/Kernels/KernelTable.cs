using System.Globalization;
using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Running;

namespace Gdws.Benchmarks.Kernels;

/// <summary>Times, what a kernel did a second in its shortest iteration, and which share of the machine's peak that is.</summary>
internal static class KernelTable
{
    public static void WriteHead()
    {
        Console.WriteLine("| kernel | case | median, µs | shortest, µs | rate | of the peak |");
        Console.WriteLine("|---|---|---|---|---|---|");
    }

    /// <summary>Writes a row.</summary>
    /// <param name="benchmark">What was measured.</param>
    /// <param name="nanoseconds">Its times.</param>
    /// <param name="peak">What one core can do at best, in 10⁹ multiply-accumulates a second.</param>
    public static void WriteRow(BenchmarkCase benchmark, Statistics nanoseconds, double peak)
    {
        IMeasuredWork work = WithParameters(benchmark);
        double rate = work.Work / nanoseconds.Min;
        string share = work.IsArithmetic ? string.Create(CultureInfo.InvariantCulture, $"{rate / peak:P0}") : "";
        string unit = work.IsArithmetic ? "GMAC/s" : "GB/s";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {NameOf(benchmark)} | {CaseOf(benchmark)} | {nanoseconds.Median / 1e3:G4} | {nanoseconds.Min / 1e3:G4} | {rate:G3} {unit} | {share} |"));
    }

    public static string NameOf(BenchmarkCase benchmark) => $"{benchmark.Descriptor.Type.Name}.{benchmark.Descriptor.WorkloadMethod.Name}";

    public static KernelCase CaseOf(BenchmarkCase benchmark) => (KernelCase)benchmark.Parameters[nameof(EngineKernel.Case)];

    private static IMeasuredWork WithParameters(BenchmarkCase benchmark)
    {
        Type type = benchmark.Descriptor.Type;
        object instance = Activator.CreateInstance(type)!;
        foreach (ParameterInstance parameter in benchmark.Parameters.Items)
            type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        return (IMeasuredWork)instance;
    }
}
