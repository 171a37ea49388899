using Gdws;
using Gdws.Benchmarks;
using Gdws.Benchmarks.Kernels;

// One command a benchmark; its arguments follow its name.
Dictionary<string, Func<string[], int>> commands = new(StringComparer.Ordinal)
{
    ["ablation"] = Ablation.Run,
    ["attack-throughput"] = AttackThroughput.Run,
    ["protocol-throughput"] = ProtocolThroughput.Run,
    ["sensitivity"] = SensitivityBenchmark.Run,
    ["engine"] = EngineBenchmark.Run,
    ["engine-layers"] = EngineLayersBenchmark.Run,
    ["engine-load"] = EngineLoadBenchmark.Run,
    ["engine-steps"] = EngineStepsBenchmark.Run,
    ["kernels"] = KernelsBenchmark.Run,
    ["training-throughput"] = TrainingThroughput.Run,
    ["training-memory"] = TrainingMemory.Run,
    ["spectra"] = _ => SpectraBenchmark.Run(),
};

if (BenchmarkSyntax.Mistake(args) is { } mistake)
{
    Console.Error.WriteLine(mistake);
    return 2;
}

try
{
    return commands[args[0]](args[1..]);
}
catch (Exception exception) when (exception is GdwsException or FormatException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
