using System.Diagnostics;
using Gdws.Execution;
using Gdws.Execution.Engine;

namespace Gdws.Benchmarks;

/// <summary>How long a network takes from the file to the first logits on our engine, and what memory it then has.</summary>
internal static class EngineLoadBenchmark
{
    private const int Turns = 7;

    public static int Run(string[] arguments)
    {
        Console.WriteLine(MachineDescription.Current);
        Console.WriteLine("| network | file, MiB | first load, ms | median load, ms | first run, ms | packed weights, MiB | maps and working memory, MiB |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (string path in arguments)
        {
            double[] loads = new double[Turns];
            double firstRun = 0, weights = 0, maps = 0;
            for (int turn = 0; turn < Turns; turn++)
            {
                long start = Stopwatch.GetTimestamp();
                using InferenceSession session = InferenceSession.Load(path, threads: 1);
                loads[turn] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                float[] image = new float[session.ImageLength], logits = new float[session.Classes];
                start = Stopwatch.GetTimestamp();
                session.Run(image, 1, logits);
                firstRun = turn == 0 ? Stopwatch.GetElapsedTime(start).TotalMilliseconds : firstRun;
                (weights, maps) = (session.WeightBytes / 1048576d, session.MapBytes / 1048576d);
            }

            double file = new FileInfo(path).Length / 1048576d;
            Console.WriteLine(
                $"| {Path.GetFileName(path)} | {file:F1} | {loads[0]:F0} | {loads.Order().ElementAt(Turns / 2):F0} | {firstRun:F0} | {weights:F1} | {maps:F1} |");
        }

        return 0;
    }
}
