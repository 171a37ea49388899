using System.Diagnostics;
using System.Globalization;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Benchmarks;

/// <summary>
/// What our PGD costs on top of libtorch: images a second of <see cref="PgdAttack"/>, without early ends, against a loop of the same operations
/// written by hand for one architecture. They run in turns, so that the machine's moods hit all; where other programs want the processors too, processor time tells more.
/// </summary>
internal static class AttackThroughput
{
    public static int Run(string[] arguments)
    {
        int batch = Argument(arguments, 1, 50);
        int iterations = Argument(arguments, 2, 5);
        int rounds = Argument(arguments, 3, 5);
        if (Argument(arguments, 4, 0) is > 0 and int threads)
            TorchRuntime.Threads = threads;

        OnnxModel model = Read(arguments[0]);
        using TorchNetwork folded = new(model);
        using TorchNetwork same = new(model, options: new() { FoldBatchNormalization = false });
        BarePreActResNet18 bare = new(same);
        using Tensor images = torch.rand(batch, folded.Channels, folded.Height, folded.Width);
        int[] labels = Predicted(same, images);
        int[] indices = [.. Enumerable.Range(0, batch)];
        PgdAttack attack = new(new ThreatModel(Norm.Linf, 8.0 / 255)) { Iterations = iterations, DropBroken = false };
        RequireSameLogits(bare, same, images);

        (string Name, Action Work)[] contestants =
        [
            ("bare loop", () => bare.Attack(images, labels, 8.0 / 255, attack.Step, iterations)),
            ("PgdAttack, same operations", () => AttackAndForget(attack, same, images, labels, indices)),
            ("PgdAttack, as evaluate runs it", () => AttackAndForget(attack, folded, images, labels, indices)),
        ];
        List<double>[] seconds = [.. contestants.Select(_ => new List<double>())];
        List<double>[] processorSeconds = [.. contestants.Select(_ => new List<double>())];
        for (int round = -1; round < rounds; round++)
        {
            for (int i = 0; i < contestants.Length; i++)
            {
                TimeSpan processor = Environment.CpuUsage.TotalTime;
                Stopwatch watch = Stopwatch.StartNew();
                contestants[i].Work();
                if (round < 0)
                    continue;
                seconds[i].Add(watch.Elapsed.TotalSeconds);
                processorSeconds[i].Add((Environment.CpuUsage.TotalTime - processor).TotalSeconds);
            }
        }

        Console.WriteLine($"{model.Source}, batch {batch}, {iterations} iterations, {rounds} rounds, {TorchRuntime.Threads} threads, {Environment.ProcessorCount} processors");
        double baseline = Median(seconds[0]);
        for (int i = 0; i < contestants.Length; i++)
        {
            double median = Median(seconds[i]);
            double processor = Median(processorSeconds[i]);
            Console.WriteLine(
                $"{contestants[i].Name,-32} {batch / median,8:0.0} images/s ({batch / seconds[i].Max():0.0} to {batch / seconds[i].Min():0.0}), ratio {baseline / median:0.000}; " +
                $"{batch / processor:0.0} images per processor second, ratio {Median(processorSeconds[0]) / processor:0.000}");
        }

        return 0;
    }

    private static OnnxModel Read(string path)
    {
        if (path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
            return OnnxModel.Load(path);

        StateDict state = Checkpoint.Load(path).State;
        bool isGrey = state.First(tensor => tensor.Shape.Count == 4).Shape[1] == 1;
        ArchitectureOptions options = new()
        {
            ImageSize = isGrey ? 28 : 32,
            Input = InputConversion.Parse(isGrey ? "fashion-mnist" : "cifar10"),
        };
        return Architecture.Build("auto", state, options);
    }

    /// <summary>The network's own answers: an image with another label would be broken as it is, and take no time of ours.</summary>
    private static int[] Predicted(TorchNetwork network, Tensor images)
    {
        using Tensor logits = network.Forward(images);
        using Tensor classes = logits.argmax(1);
        return [.. classes.data<long>().Select(value => (int)value)];
    }

    private static void AttackAndForget(PgdAttack attack, TorchNetwork network, Tensor images, int[] labels, int[] indices) =>
        attack.Run(network, images, labels, indices).Dispose();

    private static void RequireSameLogits(BarePreActResNet18 bare, TorchNetwork network, Tensor images)
    {
        using Tensor expected = network.Forward(images);
        using Tensor found = bare.Forward(images);
        using Tensor difference = (expected - found).abs().max();
        if (difference.item<float>() > 1e-3f)
            throw new GdwsException($"{network.Source}: isn't the PreActResNet-18 that the hand-written loop computes (logits differ by {difference.item<float>()})");
    }

    private static int Argument(string[] arguments, int position, int fallback)
    {
        if (position >= arguments.Length)
            return fallback;
        return int.TryParse(arguments[position], NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) && value >= 0
            ? value
            : throw new GdwsException($"expected a number, found {arguments[position]}");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
