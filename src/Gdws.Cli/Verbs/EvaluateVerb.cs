using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Torch.Attacks;

namespace Gdws.Cli.Verbs;

/// <summary>Measures natural and robust accuracy.</summary>
internal sealed class EvaluateVerb : Verb
{
    private const string NoAttack = "none";

    private readonly Argument<string> _network = new("NET") { Description = "A network (.onnx)" };
    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<string> _split = SharedOptions.Choice("--split", "test", "Which images", "test", "train");
    private readonly Option<int?> _limit = SharedOptions.OptionalWhole("--limit", "N", "Only the first N images");
    private readonly Option<string> _attack =
        SharedOptions.Choice("--attack", NoAttack, "What to measure robust accuracy with", NoAttack, "pgd");
    private readonly Option<string> _norm =
        SharedOptions.Choice("--norm", "linf", "How the size of a perturbation is measured", "linf", "l2", "l1");
    private readonly Option<Fraction?> _epsilon =
        SharedOptions.OptionalNumber("--eps", "E", "Radius ε in pixel units (else 8/255 for linf, 0.5 for l2, 12 for l1)");
    private readonly Option<Fraction?> _step =
        SharedOptions.OptionalNumber("--step", "S", "Length of a step (else a quarter of ε, 2/255 for 8/255)");
    private readonly Option<int> _iterations = SharedOptions.Whole("--iterations", "N", 20, 1, "Steps of an attack");
    private readonly Option<int> _restarts = SharedOptions.Whole("--restarts", "N", 1, 1, "Random starts of an attack");
    private readonly Option<int> _batch = SharedOptions.Whole("--batch", "N", 100, 1, "Images a run");
    private readonly Option<string?> _engine =
        SharedOptions.OptionalChoice("--engine", "What runs the network (else torch for attacks and GPUs, onnxruntime otherwise)", Engines.Names);

    private readonly Option<string> _device = SharedOptions.Device();
    private readonly Option<int> _seed = SharedOptions.Seed();

    public EvaluateVerb() : base(
        "evaluate",
        "Measures natural accuracy and, with an attack, robust accuracy",
        "gdws evaluate net.onnx --data cifar10:cifar-10-batches-bin",
        "gdws evaluate net.onnx --data cifar10:cifar-10-batches-bin --limit 1000 --attack pgd --eps 8/255 --step 2/255 --iterations 20")
    {
        Add(_network);
        foreach (Option option in (Option[])[_data, _split, _limit, _attack, _norm, _epsilon, _step, _iterations, _restarts])
            Add(option);
        foreach (Option option in (Option[])[_batch, _engine, _device, _seed, SharedOptions.Json])
            Add(option);
        Validators.Add(RequireEngineThatCan);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string path = arguments.GetRequiredValue(_network), device = arguments.GetValue(_device)!;
        WarnOfIdleOptions(context, arguments);
        OnnxModel model = NetworkFile.Load(path);
        NetworkSignature signature = NetworkSignature.Of(model);
        IImageDataset data = ImageDataset.Open(arguments.GetRequiredValue(_data), arguments.GetValue(_split)!);
        if (arguments.GetValue(_limit) is { } limit)
            data = data.Take(limit);
        data.RequireMatches(signature.Channels, signature.Height, signature.Width, signature.Classes, path);

        AttackChoice? attack = Attack(arguments);
        string engine = arguments.GetValue(_engine) ?? (attack is null && device == "cpu" ? Engines.OnnxRuntime : Engines.Torch);
        int batch = arguments.GetValue(_batch);
        AccuracyReport report = context.Track(progress => engine == Engines.Torch
            ? TorchAccuracy.Measure(model, data, attack is null ? [] : [attack], device, batch, progress, context.Cancellation)
            : EngineAccuracy.Measure(Engines.Create(engine), model, data, batch, progress, context.Cancellation));

        Show(context, path, data, $"{engine}{(device == "cpu" ? "" : $" on {device}")}", report, arguments.GetValue(_seed));
        context.WriteJson(() => new
        {
            Network = path,
            Data = data.Name,
            data.Split,
            report.Natural.Images,
            Seed = arguments.GetValue(_seed),
            Device = device,
            context.Seconds,
            Natural = new { report.Natural.Correct, report.Natural.Accuracy, report.Natural.Top5 },
            report.Robust,
        });
    }

    private AttackChoice? Attack(ParseResult arguments)
    {
        if (arguments.GetValue(_attack) == NoAttack)
            return null;

        string norm = arguments.GetValue(_norm)!;
        Fraction epsilon = arguments.GetValue(_epsilon) ?? Fraction.Parse(norm switch { "linf" => "8/255", "l2" => "0.5", _ => "12" });
        return new AttackChoice(ThreatModel.ParseNorm(norm), epsilon)
        {
            Step = arguments.GetValue(_step),
            Iterations = arguments.GetValue(_iterations),
            Restarts = arguments.GetValue(_restarts),
            Seed = arguments.GetValue(_seed),
        };
    }

    private static void Show(VerbContext context, string path, IImageDataset data, string engine, AccuracyReport report, int seed)
    {
        context.Line($"{path} on {data.Name} ({data.Split}, {data.Count:N0} images), {engine}, {Quantity.Time(context.Seconds)}");
        context.Line();
        FigureTable table = new FigureTable().Words("accuracy").Figures("images right").Words("how");
        table.Row("natural", Quantity.Accuracy(report.Natural.Correct, report.Natural.Images), "");
        foreach (RobustAccuracy robust in report.Robust)
        {
            table.Row(
                $"robust, {robust.Choice.ThreatText}",
                Quantity.Accuracy(robust.Correct, report.Natural.Images),
                $"{robust.Choice.HowText}, seed {seed}, {Quantity.Rate(robust.ImagesPerSecond)} images/s");
        }

        table.Print(context.Output);
    }

    /// <summary>Whoever writes --eps 8/255 wants robust accuracy and may think that it is measured.</summary>
    private void WarnOfIdleOptions(VerbContext context, ParseResult arguments)
    {
        if (arguments.GetResult(_attack) is { Implicit: false })
            return;
        Option[] ofAttacks = [_norm, _epsilon, _step, _iterations, _restarts];
        string[] idle = [.. ofAttacks.Where(option => arguments.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
        if (idle.Length > 0)
            context.Warn($"without --attack only natural accuracy is measured; {string.Join(", ", idle)} {(idle.Length == 1 ? "does" : "do")} nothing");
    }

    private void RequireEngineThatCan(CommandResult result)
    {
        if (result.GetResult(_engine) is not { Implicit: false } || result.GetValue(_engine) is not { } engine || engine == Engines.Torch)
            return;
        if (result.GetValue(_attack) is { } attack && attack != NoAttack)
            result.AddError($"--attack {attack} needs gradients, which --engine {engine} doesn't have; use --engine {Engines.Torch}");
        else if (result.GetValue(_device) is { } device && device != "cpu")
            result.AddError($"--engine {engine} runs on the CPU; use --engine {Engines.Torch} with --device {device}");
    }
}
