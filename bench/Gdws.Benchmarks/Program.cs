using Gdws;
using Gdws.Benchmarks;

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
    ["training-throughput"] = TrainingThroughput.Run,
    ["training-memory"] = TrainingMemory.Run,
    ["spectra"] = _ => SpectraBenchmark.Run(),
};

if (args.Length == 0 || !commands.TryGetValue(args[0], out Func<string[], int>? command))
{
    Console.Error.WriteLine($"usage: Gdws.Benchmarks {string.Join('|', commands.Keys)} …");
    return 2;
}

try
{
    return command(args[1..]);
}
catch (GdwsException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
