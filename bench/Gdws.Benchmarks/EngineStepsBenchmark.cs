using System.Diagnostics;
using Gdws.Execution;
using Gdws.Execution.Engine;
using Gdws.Execution.Engine.Kernels;
using Gdws.Execution.Engine.Steps;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Benchmarks;

/// <summary>Where our engine's time goes in a network: the shortest time of every step, one thread.</summary>
internal static class EngineStepsBenchmark
{
    private const int Turns = 60;

    // The runtime compiles what is called often once more, in the background.
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(1.5);

    public static unsafe int Run(string[] arguments)
    {
        OnnxModel network = EngineBenchmark.Load(arguments[0]);
        double ratio = arguments.Length > 1 ? double.Parse(arguments[1]) : 0;
        OnnxModel model = ratio == 0 ? network : Planner.WithKernelsPerChannel(Spectra.Of(network), ratio, always: true).ApplyTo(network);
        CompiledNetwork compiled = new(model, InstructionSets.Best);
        int batch = Math.Min(arguments.Length > 2 ? int.Parse(arguments[2]) : 1, compiled.ImagesAtOnce);
        NetworkProgram program = compiled.CreateProgram(batch, workers: 1);
        using NativeBuffer memory = new(program.Floats * sizeof(float)), scratch = new(program.ScratchBytes);
        using NativeBuffer images = new(batch * (long)compiled.Signature.ImageLength * sizeof(float));
        using NativeBuffer logits = new(batch * (long)compiled.Signature.Classes * sizeof(float));
        JobContext context = new()
        {
            Memory = memory.Floats,
            Scratch = (byte*)scratch.Floats,
            Images = images.Floats,
            Logits = logits.Floats,
            Worker = 0,
            Workers = 1,
        };
        int taken = 0;
        context.Taken = &taken;

        double peak = EnginePeak.Measure();
        double[] best = [.. program.Jobs.Select(_ => double.MaxValue)];
        long begin = Stopwatch.GetTimestamp();
        for (int turn = 0; turn < Turns || Stopwatch.GetElapsedTime(begin) < _warmUp; turn++)
        {
            for (int i = 0; i < best.Length; i++)
            {
                taken = 0;
                long start = Stopwatch.GetTimestamp();
                program.Jobs[i].Run(context);
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        }

        Console.WriteLine($"{MachineDescription.Current}, {model.Source}, one thread, batch {batch}; at best {peak:F1} GMAC/s");
        Console.WriteLine("| step | makes | µs | GMAC/s | of the peak |");
        Console.WriteLine("|---|---|---|---|---|");
        for (int i = 0; i < best.Length; i++)
        {
            Step step = compiled.Steps[i];
            MapValue? map = step.Outputs.FirstOrDefault();
            long macs = batch * (model.Convolutions.FirstOrDefault(layer => IsMadeBy(step, layer))?.Macs ?? 0);
            string rate = macs == 0 ? "| " : $"{macs / best[i] / 1e3:F1} | {macs / best[i] / 1e3 / peak:P0}";
            Console.WriteLine($"| {step.GetType().Name} | {map?.Name} {map?.Channels}×{map?.Height}×{map?.Width} | {best[i]:F1} | {rate} |");
        }

        long all = batch * model.Convolutions.Sum(layer => layer.Macs);
        Console.WriteLine($"| all | | {best.Sum():F1} | {all / best.Sum() / 1e3:F1} | {all / best.Sum() / 1e3 / peak:P0} |");
        return 0;
    }

    private static bool IsMadeBy(Step step, ConvolutionLayer layer) => step is MatrixStep matrix && matrix.Name == layer.Output;
}
