using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Gdws.Execution;
using Perfolizer.Horology;

namespace Gdws.Benchmarks.Kernels;

/// <summary>The engine's kernels and the decomposition one by one, by BenchmarkDotNet: in this process, so that nothing is built at run time.</summary>
internal static class KernelsBenchmark
{
    private static readonly Type[] _kernels =
    [
        typeof(ProductStrips), typeof(DepthwiseKernels), typeof(LaneChoices), typeof(WinogradTransforms), typeof(WinogradProducts),
        typeof(Decompositions), typeof(Selections),
    ];

    public static int Run(string[] arguments)
    {
        string filter = arguments.Length > 0 ? arguments[0] : "";
        string artifacts = Directory.CreateTempSubdirectory("gdws-kernels-").FullName;
        try
        {
            return Run(filter, artifacts);
        }
        finally
        {
            Directory.Delete(artifacts, recursive: true);
        }
    }

    private static int Run(string filter, string artifacts)
    {
        double peak = EnginePeak.Measure();
        AccumulationLogger log = new();
        ManualConfig config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default
                .WithToolchain(InProcessEmitToolchain.Instance)
                .WithWarmupCount(2)
                .WithIterationCount(10)
                .WithIterationTime(TimeInterval.FromMilliseconds(40)))
            .AddLogger(log)
            .AddFilter(new SimpleFilter(benchmark => TextOf(benchmark).Contains(filter, StringComparison.OrdinalIgnoreCase)))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .WithArtifactsPath(artifacts)
            .WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableLogFile);

        BenchmarkRunInfo[] chosen = [.. _kernels.Select(type => BenchmarkConverter.TypeToBenchmarks(type, config)).Where(run => run.BenchmarksCases.Length > 0)];
        if (chosen.Length == 0)
            throw new GdwsException($"no kernel's name contains '{filter}'; there are {string.Join(", ", _kernels.Select(type => type.Name))}");

        Console.WriteLine($"{MachineDescription.Current}, one thread; at best {peak:F1} GMAC/s; {chosen.Sum(run => run.BenchmarksCases.Length)} cases, about 1 s each");
        Summary summary = BenchmarkRunner.Run(chosen)[0];
        if (summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success))
            throw new GdwsException($"BenchmarkDotNet couldn't measure all kernels:{Environment.NewLine}{log.GetLog()}");
        KernelTable.WriteHead();
        foreach (BenchmarkCase benchmark in chosen.SelectMany(run => run.BenchmarksCases.OrderBy(each => KernelTable.CaseOf(each).Order)))
            KernelTable.WriteRow(benchmark, summary[benchmark]!.ResultStatistics!, peak);
        return 0;
    }

    /// <summary>What a filter is compared with, as the table shows it: <c>ProductStrips.Product Vector512, 12 pixels × 576 factors</c>.</summary>
    private static string TextOf(BenchmarkCase benchmark) => $"{KernelTable.NameOf(benchmark)} {KernelTable.CaseOf(benchmark)}";
}
