using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Approximation;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;

namespace Gdws.Cli.Verbs;

/// <summary>Measures natural and robust accuracy.</summary>
internal sealed class EvaluateVerb : Verb
{
    private readonly Argument<string> _network = new("NET") { Description = "A network (.onnx)" };
    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<string> _split = SharedOptions.Choice("--split", "test", "Which images", "test", "train");
    private readonly EvaluationOptions _run = new();
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
        "gdws evaluate net.onnx --data cifar10:cifar-10-batches-bin --limit 1000 --attack union --threat linf:8/255,l2:0.5,l1:12",
        "gdws evaluate net.onnx --data cifar10:cifar-10-batches-bin --attack autoattack --outcomes outcomes.jsonl --resume")
    {
        Add(_network);
        foreach (Option option in (Option[])[_data, _split, .. _run.Options, .. _attack.Options, _batch, _engine, _device, _seed, SharedOptions.Json])
            Add(option);
        Validators.Add(RequireEngineThatCan);
        Validators.Add(_attack.RequireOptionsOfTheAttack);
        Validators.Add(_run.RequireSense);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string path = arguments.GetRequiredValue(_network), device = arguments.GetValue(_device)!;
        if (_attack.Idle(arguments) is { } idle)
            context.Warn(idle);
        OnnxModel model = NetworkFile.Load(path);
        NetworkSignature signature = NetworkSignature.Of(model);
        IImageDataset data = ImageDataset.Open(arguments.GetRequiredValue(_data), arguments.GetValue(_split)!);
        data.RequireMatches(signature.Channels, signature.Height, signature.Width, signature.Classes, path);

        int seed = arguments.GetValue(_seed), batch = arguments.GetValue(_batch);
        IReadOnlyList<AttackChoice> attacks = _attack.Choices(arguments, seed);
        bool needsTorch = attacks.Count > 0 || device != "cpu" || _run.NeedsTorch(arguments.CommandResult) is not null;
        string engine = arguments.GetValue(_engine) ?? (needsTorch ? Engines.Torch : Engines.OnnxRuntime);
        using LongRun run = _run.Prepare(arguments, model, data, attacks, seed, device);
        if (CalibrationOverlap.Describe(model, data.Skip(run.First).Take(run.Count)) is { } overlap)
            context.Warn(overlap);
        AccuracyReport report = context.Track(progress => engine == Engines.Torch
            ? TorchAccuracy.Measure(model, data, attacks, device, batch, progress, context.Cancellation, run, seed)
            : EngineAccuracy.Measure(Engines.Create(engine), model, data.Take(run.Count), batch, progress, context.Cancellation));
        run.Finish(report);

        string images = run.First == 0 ? $"{run.Count:N0} images" : $"{run.Count:N0} images from {run.First:N0} on";
        context.Line($"{path} on {data.Name} ({data.Split}, {images}), {engine}{(device == "cpu" ? "" : $" on {device}")}, {Quantity.Time(context.Seconds)}");
        context.Line();
        AccuracyTable.Show(context, report, seed);
        context.WriteJson(() => new
        {
            Network = path,
            Data = data.Name,
            data.Split,
            report.Natural.Images,
            Seed = seed,
            Device = device,
            context.Seconds,
            Natural = new { report.Natural.Correct, report.Natural.Accuracy, report.Natural.Top5 },
            report.Robust,
            report.Union,
            report.Warnings,
        });
    }

    private void RequireEngineThatCan(CommandResult result)
    {
        if (result.GetResult(_engine) is not { Implicit: false } || result.GetValue(_engine) is not { } engine || engine == Engines.Torch)
            return;
        if (_attack.Kind(result) is { } attack)
            result.AddError($"--attack {attack} needs gradients, which --engine {engine} doesn't have; use --engine {Engines.Torch}");
        else if (_run.NeedsTorch(result) is { } option)
            result.AddError($"{option} works with --engine {Engines.Torch} only");
        else if (result.GetValue(_device) is { } device && device != "cpu")
            result.AddError($"--engine {engine} runs on the CPU; use --engine {Engines.Torch} with --device {device}");
    }
}
