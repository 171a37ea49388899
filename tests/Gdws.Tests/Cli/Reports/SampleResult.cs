using Gdws.Cli.Comparison;
using Gdws.Cli.Sweeps;
using Gdws.Execution;
using Gdws.Planning;

namespace Gdws.Tests.Cli.Reports;

/// <summary>A sweep's result as large as a real one, made up.</summary>
internal static class SampleResult
{
    public const string HostileLayer = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">&\"'";

    private static readonly string[] Layers =
    [
        "conv1", HostileLayer, .. Enumerable.Range(1, 4).SelectMany(layer => Enumerable.Range(0, 2).SelectMany(block => (string[])
            [$"layer{layer}.{block}.conv1", $"layer{layer}.{block}.conv2"])),
    ];

    public static SweepResult Create() => new()
    {
        Title = "PreActResNet-18 <before> & after",
        Introduction = "What a network loses & gains.",
        Command = "gdws sweep net.onnx --data cifar10:cifar --budgets 1.5,2,3,4 -o sweep",
        Steps = ["gdws approximate dense.onnx --speedup-macs 2 -o gdws-macs-2.onnx", "gdws benchmark dense.onnx gdws-macs-2.onnx"],
        Versions = new Dictionary<string, string> { ["gdws"] = "0.1.0", ["ONNX Runtime"] = "1.2.3" },
        Data = new SweepData("cifar10:cifar", "test", 1000, 500),
        Seed = 0,
        Networks =
        [
            Network("dense", NetworkKind.Dense, 1, 812, 480, 100),
            Network("GDWS, MACs ÷ 1.5", NetworkKind.Gdws, 1.5, 771, 473, 118),
            Network("GDWS, MACs ÷ 2", NetworkKind.Gdws, 2, 505, 296, 140),
            Network("GDWS, MACs ÷ 3", NetworkKind.Gdws, 3, 233, 180, 155),
            Network("calibrated, MACs ÷ 1.5", NetworkKind.Calibrated, 1.5, 808, 478, 119),
            Network("calibrated, MACs ÷ 2", NetworkKind.Calibrated, 2, 806, 477, 142),
            Network("calibrated, MACs ÷ 3", NetworkKind.Calibrated, 3, 790, 455, 190),
            Network("HYDRA, 90 % zero", NetworkKind.Hydra, 1, 801, 470, 101) with
            {
                Network = "hydra-0.9.onnx",
                Budget = null,
                Seconds = 205,
                Pruning = new PruningFigure(
                    "hydra",
                    0.9,
                    "irregular",
                    11_000_000,
                    1_100_000,
                    0,
                    new Dictionary<string, string>(),
                    [new StageFigure(PruningFigure.Search, 3, 85), new StageFigure(PruningFigure.FineTuning, 3, 120)]),
            },
        ],
        Speed = new SpeedConditions("onnxruntime", 1, 1, 21, "2026-01-02"),
        Machine = MachineDescription.Current,
        Warnings = ["the machine is busy (load 3.0 on 2 processors): other work takes part of its time"],
        Spectra = [.. Layers.Skip(1).Select(layer => new SpectrumSummary(layer, 576, [.. Enumerable.Range(0, 65).Select(i => Math.Exp(-i / 16.0))]))],
        Gallery = new Gallery("pgd linf 8/255", 8.0 / 255, 15.9, [.. Enumerable.Range(0, 4).Select(Image)]),
    };

    public static NetworkResult Network(string name, NetworkKind kind, double budget, int natural, int robust, double fps) => new()
    {
        Name = name,
        Kind = kind,
        Network = kind == NetworkKind.Dense ? "dense.onnx" : $"{kind.ToString().ToLowerInvariant()}-macs-{budget}.onnx",
        Budget = kind == NetworkKind.Dense ? null : new BudgetFigure("speedup-macs", budget, 16),
        Calibration = kind == NetworkKind.Calibrated
            ? new PlanCalibration { Data = "cifar10:cifar", Split = "train", Images = 1000, Attack = "pgd linf 0.03137255, 10 steps of 0.00784314", Seed = 0, Effort = "quick" }
            : null,
        Seconds = kind == NetworkKind.Dense ? null : 10 * budget,
        Macs = (long)(555_422_720 / budget),
        Parameters = (long)(11_173_962 / budget),
        SpeedupMacs = budget,
        Natural = new NaturalFigure(natural, 1000, natural / 10.0, 99),
        Robust =
        [
            Attack("apgd-ce", natural / 2, (natural + robust) / 4, "autoattack"),
            Attack("square", (natural + robust) / 4, robust / 2, "autoattack"),
            Attack("autoattack", natural / 2, robust / 2, null),
        ],
        Fps = fps,
        FpsLow = fps * 0.98,
        FpsHigh = fps * 1.03,
        Runs = 100,
        RatioToBaseline = fps / 100,
        Layers = kind == NetworkKind.Dense ? [] : [.. Layers.Select((layer, i) => Layer(layer, i, budget))],
    };

    private static RobustFigure Attack(string name, int attacked, int correct, string? partOf) => new()
    {
        Attack = name,
        Norm = "linf",
        Epsilon = 8.0 / 255,
        EpsilonText = "8/255",
        How = "100 steps, 1 start",
        Correct = correct,
        Images = 500,
        Attacked = attacked,
        Accuracy = correct / 5.0,
        MaxPerturbation = 8.0 / 255,
        Seconds = 12,
        PartOf = partOf,
    };

    private static LayerFigure Layer(string name, int place, double budget) => place == 0
        ? new LayerFigure { Name = name, Outputs = 64, Channels = 3, Kernel = [3, 3], Kernels = 0, WeightedError = 0, MacsBefore = 1_769_472, MacsAfter = 1_769_472, Reason = "is the first convolution" }
        : new LayerFigure
        {
            Name = name,
            Outputs = 64,
            Channels = 64,
            Kernel = [3, 3],
            Kernels = 96,
            ChannelsByKernels = [10, 24, 20, 8, 2, 0, 0, 0, 0, 0],
            WeightedError = 0.123,
            MacsBefore = 37_748_736,
            MacsAfter = (long)(37_748_736 / budget),
            MillisecondsBefore = 1.25,
            MillisecondsAfter = 1.25 / budget,
        };

    private static GalleryImage Image(int index)
    {
        string picture = Convert.ToBase64String(PngPicture.Encode([.. Enumerable.Range(0, 3 * 32 * 32).Select(i => i * (index + 1) % 97 / 97f)], 3, 32, 32));
        return new GalleryImage(index, "automobile", picture, [Made("dense", isRight: index % 2 == 0), Made("calibrated, MACs ÷ 3", isRight: false)]);

        GalleryAttack Made(string network, bool isRight) => new(
            network, new GalleryGuess("automobile", 99.1, true), new GalleryGuess(isRight ? "automobile" : "truck", 71.3, isRight), picture, picture);
    }
}
