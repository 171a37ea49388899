using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Approximation;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Verbs;

/// <summary>Measures natural and robust accuracy.</summary>
internal sealed class EvaluateVerb : Verb
{
    private readonly Argument<string> _network = new("NET") { Description = "A network (.onnx)" };
    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<string> _split = SharedOptions.Choice("--split", "test", "Which images", "test", "train");
    private readonly Option<int?> _limit = SharedOptions.OptionalWhole("--limit", "N", "Only the first N images");
    private readonly AttackOptions _attack = new();
    private readonly Option<int> _batch = SharedOptions.Whole("--batch", "N", 100, 1, "Images a run");
    private readonly Option<string?> _engine =
        SharedOptions.OptionalChoice("--engine", "What runs the network (else torch for attacks and GPUs, onnxruntime otherwise)", Engines.Names);

    private readonly Option<string> _device = SharedOptions.Device();
    private readonly Option<int> _seed = SharedOptions.Seed();

    public EvaluateVerb() : base(
        "evaluate",
        "Measures natural accuracy and, with an attack, robust accuracy",
        "gdws evaluate net.onnx --data cifar10:cifar-10-batches-bin",
        "gdws evaluate net.onnx --data cifar10:cifar-10-batches-bin --limit 1000 --attack pgd --eps 8/255 --step 2/255 --iterations 20",
        "gdws evaluate net.onnx --data cifar10:cifar-10-batches-bin --limit 1000 --attack autoattack --eps 8/255",
        "gdws evaluate net.onnx --data cifar10:cifar-10-batches-bin --limit 1000 --attack union --threat linf:8/255,l2:0.5,l1:12")
    {
        Add(_network);
        foreach (Option option in (Option[])[_data, _split, _limit, .. _attack.Options, _batch, _engine, _device, _seed, SharedOptions.Json])
            Add(option);
        Validators.Add(RequireEngineThatCan);
        Validators.Add(_attack.RequireOptionsOfTheAttack);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string path = arguments.GetRequiredValue(_network), device = arguments.GetValue(_device)!;
        if (_attack.Idle(arguments) is { } idle)
            context.Warn(idle);
        OnnxModel model = NetworkFile.Load(path);
        NetworkSignature signature = NetworkSignature.Of(model);
        IImageDataset data = ImageDataset.Open(arguments.GetRequiredValue(_data), arguments.GetValue(_split)!);
        if (arguments.GetValue(_limit) is { } limit)
            data = data.Take(limit);
        data.RequireMatches(signature.Channels, signature.Height, signature.Width, signature.Classes, path);

        if (CalibrationOverlap.Describe(model, data) is { } overlap)
            context.Warn(overlap);
        IReadOnlyList<AttackChoice> attacks = _attack.Choices(arguments, arguments.GetValue(_seed));
        string engine = arguments.GetValue(_engine) ?? (attacks.Count == 0 && device == "cpu" ? Engines.OnnxRuntime : Engines.Torch);
        int batch = arguments.GetValue(_batch);
        AccuracyReport report = context.Track(progress => engine == Engines.Torch
            ? TorchAccuracy.Measure(model, data, attacks, device, batch, progress, context.Cancellation)
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
            report.Union,
            report.Warnings,
        });
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
                robust.PartOf is null ? $"robust, {robust.Choice.ThreatText}" : $"  after {robust.Attack}",
                Quantity.Accuracy(robust.Correct, report.Natural.Images),
                $"{robust.How}, seed {seed}, {Quantity.Rate(robust.ImagesPerSecond)} images/s");
        }

        if (report.Union is { } union)
            table.Row("robust, union", Quantity.Accuracy(union.Correct, report.Natural.Images), $"in all of {string.Join(", ", union.Threats)}");
        table.Print(context.Output);
        foreach (EvaluationWarning warning in report.Warnings)
            context.Warn($"[{warning.Id}] {warning.Message}");
    }

    private void RequireEngineThatCan(CommandResult result)
    {
        if (result.GetResult(_engine) is not { Implicit: false } || result.GetValue(_engine) is not { } engine || engine == Engines.Torch)
            return;
        if (_attack.Kind(result) is { } attack)
            result.AddError($"--attack {attack} needs gradients, which --engine {engine} doesn't have; use --engine {Engines.Torch}");
        else if (result.GetValue(_device) is { } device && device != "cpu")
            result.AddError($"--engine {engine} runs on the CPU; use --engine {Engines.Torch} with --device {device}");
    }
}
