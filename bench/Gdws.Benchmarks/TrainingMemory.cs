using System.Diagnostics;
using System.Globalization;
using Gdws.Architectures;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Training;

namespace Gdws.Benchmarks;

/// <summary>Whether memory stays where it is over many steps: what the process occupies, every so many steps of a training with everything switched on.</summary>
internal static class TrainingMemory
{
    public static int Run(string[] arguments)
    {
        int steps = 1200;
        if (arguments.Length > 0 && (!int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out steps) || steps < 100))
            throw new GdwsException($"expected a number of steps of at least 100, found {arguments[0]}");
        ThreatModel linf = new(Norm.Linf, 0.1);
        TrainingMethod method = (arguments.Length > 1 ? arguments[1] : "msd") switch
        {
            "msd" => new MsdTraining(linf, new(Norm.L2, 1), new(Norm.L1, 8)) { Iterations = 3 },
            "trades" => new TradesTraining(linf) { Iterations = 3 },
            "pgd" => new PgdTraining(linf) { Iterations = 3 },
            string other => throw new GdwsException($"unknown method {other}; expected msd, trades or pgd"),
        };

        TorchRuntime.Threads = 1;
        const int epochs = 10, batch = 16;
        RandomImages images = new(steps / epochs * batch, 1, 28, 28, 10);
        using TrainableNetwork network = new(Architecture.Initialize(arguments.Length > 2 ? arguments[2] : "preactresnet18", 4, new ArchitectureOptions { Channels = 1, ImageSize = 28 }));
        Trainer trainer = new(network, images, new TrainingOptions(method) { Epochs = epochs, BatchSize = batch, AverageDecay = 0.99 })
        {
            Validation = new RandomImages(64, 1, 28, 28, 10),
            EpochEnded = epoch =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                using Process process = Process.GetCurrentProcess();
                Console.WriteLine($"after {epoch.Epoch * (steps / epochs),6:N0} steps: {process.WorkingSet64 / 1e6,7:0.0} MB resident, {GC.GetTotalMemory(false) / 1e6:0.0} MB managed");
            },
        };
        trainer.Run();
        return 0;
    }
}
