using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Verbs;

/// <summary>Measures natural and robust accuracy.</summary>
internal sealed class EvaluateVerb : Verb
{
    private const string Strict = "strict";
    private const string Reference = "reference";

    private readonly Argument<string> _network = new("NET") { Description = "A network (.onnx)" };
    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<string> _split = SharedOptions.Choice("--split", "test", "Which images", "test", "train");
    private readonly Option<int?> _limit = SharedOptions.OptionalWhole("--limit", "N", "Only the first N images");
    private readonly Option<string> _attack =
        SharedOptions.Choice("--attack", AttackKinds.None, "What to measure robust accuracy with", AttackKinds.Names);
    private readonly Option<string> _norm =
        SharedOptions.Choice("--norm", "linf", "How the size of a perturbation is measured", "linf", "l2", "l1");
    private readonly Option<Fraction?> _epsilon =
        SharedOptions.OptionalNumber("--eps", "E", "Radius ε in pixel units (else 8/255 for linf, 0.5 for l2, 12 for l1)");
    private readonly Option<IReadOnlyList<(Norm Norm, Fraction Epsilon)>?> _threats = ThreatList.Option();
    private readonly Option<Fraction?> _step =
        SharedOptions.OptionalNumber("--step", "S", "Length of a step of pgd (else a quarter of ε, 2/255 for 8/255)");
    private readonly Option<int?> _iterations =
        SharedOptions.OptionalWhole("--iterations", "N", "Steps of an attack (else 20 for pgd, 100 for apgd and fab, 5000 for square)");
    private readonly Option<int?> _restarts = SharedOptions.OptionalWhole("--restarts", "N", "Starts of an attack (else 1)");
    private readonly Option<string> _protocol = SharedOptions.Choice(
        "--protocol", Strict, "reference: pgd exactly as the public code does it (every step for every image, the largest loss counts)", Strict, Reference);
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
        foreach (Option option in (Option[])[_data, _split, _limit, _attack, _norm, _epsilon, _threats, _step, _iterations, _restarts, _protocol])
            Add(option);
        foreach (Option option in (Option[])[_batch, _engine, _device, _seed, SharedOptions.Json])
            Add(option);
        Validators.Add(RequireEngineThatCan);
        Validators.Add(RequireOptionsOfTheAttack);
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

        IReadOnlyList<AttackChoice> attacks = Attacks(arguments);
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

    private IReadOnlyList<AttackChoice> Attacks(ParseResult arguments)
    {
        string kind = arguments.GetValue(_attack)!;
        if (kind == AttackKinds.None)
            return [];

        Norm norm = ThreatModel.ParseNorm(arguments.GetValue(_norm)!);
        IReadOnlyList<(Norm Norm, Fraction Epsilon)> threats = arguments.GetValue(_threats) ?? (kind == AttackKinds.Union
            ? [.. Enum.GetValues<Norm>().Select(each => (each, ThreatList.UsualEpsilon(each)))]
            : [(norm, arguments.GetValue(_epsilon) ?? ThreatList.UsualEpsilon(norm))]);
        return
        [
            .. threats.Select(threat => new AttackChoice(threat.Norm, threat.Epsilon)
            {
                Kind = kind,
                Step = arguments.GetValue(_step),
                Iterations = arguments.GetValue(_iterations),
                Restarts = arguments.GetValue(_restarts) ?? 1,
                Seed = arguments.GetValue(_seed),
                IsReference = arguments.GetValue(_protocol) == Reference,
            }),
        ];
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

    private void RequireOptionsOfTheAttack(CommandResult result)
    {
        string kind = result.GetValue(_attack) ?? AttackKinds.None;
        if (kind == AttackKinds.None)
            return;
        if (result.GetValue(_protocol) == Reference && (kind != "pgd" || result.GetValue(_norm) == "l1" || result.GetValue(_threats)?.Any(t => t.Norm == Norm.L1) == true))
            result.AddError($"--protocol {Reference} is for --attack pgd in linf or l2, which is all that the public code measures");
        if (result.GetResult(_step) is not null && !AttackKinds.HasStep(kind))
            result.AddError($"--attack {kind} has no --step to set; only pgd has");
        foreach (Option option in (Option[])[_iterations, _restarts])
        {
            if (result.GetResult(option) is not null && !AttackKinds.HasIterations(kind))
                result.AddError($"--attack {kind} has no {option.Name} to set: they are part of what the name stands for");
        }

        bool hasThreats = result.GetResult(_threats) is not null || kind == AttackKinds.Union;
        if (hasThreats && (result.GetResult(_norm) is { Implicit: false } || result.GetResult(_epsilon) is not null))
            result.AddError($"--norm and --eps say one threat model; with several write {ThreatList.Name} linf:8/255,l2:0.5,l1:12");
    }

    /// <summary>Whoever writes --eps 8/255 wants robust accuracy and may think that it is measured.</summary>
    private void WarnOfIdleOptions(VerbContext context, ParseResult arguments)
    {
        if (arguments.GetResult(_attack) is { Implicit: false })
            return;
        Option[] ofAttacks = [_norm, _epsilon, _step, _iterations, _restarts, _protocol];
        string[] idle = [.. ofAttacks.Where(option => arguments.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
        if (idle.Length > 0)
            context.Warn($"without --attack only natural accuracy is measured; {string.Join(", ", idle)} {(idle.Length == 1 ? "does" : "do")} nothing");
    }

    private void RequireEngineThatCan(CommandResult result)
    {
        if (result.GetResult(_engine) is not { Implicit: false } || result.GetValue(_engine) is not { } engine || engine == Engines.Torch)
            return;
        if (result.GetValue(_attack) is { } attack && attack != AttackKinds.None)
            result.AddError($"--attack {attack} needs gradients, which --engine {engine} doesn't have; use --engine {Engines.Torch}");
        else if (result.GetValue(_device) is { } device && device != "cpu")
            result.AddError($"--engine {engine} runs on the CPU; use --engine {Engines.Torch} with --device {device}");
    }
}
