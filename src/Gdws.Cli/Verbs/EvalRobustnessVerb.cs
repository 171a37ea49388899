using System.CommandLine;
using Gdws.Architectures;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Cli.PublicCode;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Verbs;

/// <summary>
/// Takes the place of the paper's <c>python eval_robustness.py</c>: the same flags with the same meaning and defaults, the same files in the same folder, the
/// same log.
/// </summary>
internal sealed class EvalRobustnessVerb : Verb
{
    private const string NoAttack = "none";

    private readonly Option<string> _dataset = SharedOptions.Choice("--dataset", "cifar10", "Which images", PublicData.Names);
    private readonly Option<string> _model = Text("--model", "NAME", "PreActResNet18", "The checkpoint's architecture");
    private readonly Option<int> _batch = SharedOptions.Whole("--batch-size", "N", 128, 1, "Images a run");
    private readonly Option<string?> _dataDir = new("--data-dir")
    {
        Description = "Folder with the images (else /scratch/CIFAR10 or the like, and data)",
        HelpName = "DIR",
    };

    private readonly Option<string> _attack =
        SharedOptions.Choice("--attack", "pgd", "pgd, or none for natural accuracy; fgsm and free run pgd, as in the public code", "pgd", "fgsm", "free", NoAttack);
    private readonly Option<Fraction> _epsilon = SharedOptions.Number("--epsilon", "E", "8", "Radius ε in 255ths (l_2 too)");
    private readonly Option<int> _iterations = SharedOptions.Whole("--attack-iters", "N", 10, 1, "Steps of the attack");
    private readonly Option<int> _restarts = SharedOptions.Whole("--restarts", "N", 1, 1, "Starts of the attack");
    private readonly Option<Fraction> _step = SharedOptions.Number("--pgd-alpha", "S", "2", "Length of a step in 255ths");
    private readonly Option<string> _norm = SharedOptions.Choice("--norm", "l_inf", "How the size of a perturbation is measured", "l_inf", "l_2");
    private readonly Option<string> _folder = Text("--fname", "DIR", "cifar_model", "Folder that holds the checkpoint and gets the log");
    private readonly Option<int> _seed = SharedOptions.Seed();
    private readonly Option<bool> _statLayers = new("--use-stat-layers") { Description = "Show the operations of every layer" };
    private readonly Option<bool> _noNorm = new("--no-norm") { Description = "The network takes images in [0,1] as they are" };
    private readonly Option<bool> _applyGdws = new("--apply-gdws") { Description = "Replace its convolutions by GDWS ones (LEGO) first" };
    private readonly Option<string?> _alphas = new("--alphas-filename")
    {
        Description = "Weight error vectors α in the folder, such as alphas.pth (else all are 1)",
        HelpName = "FILE",
    };

    private readonly Option<double> _beta = new("--beta")
    {
        Description = "β, the bound on the weighted error of a layer",
        HelpName = "B",
        DefaultValueFactory = _ => 0,
    };

    private readonly Option<string> _log = Text("--logfilename", "FILE", "pgd-100_linf", "The log in the folder, which gets a line");

    private readonly Option[] _idle =
    [
        SharedOptions.Whole("--num-workers", "N", 16, 0, "Without effect"),
        SharedOptions.Number("--fgsm-alpha", "S", "1.25", "Without effect, as in the public code"),
        SharedOptions.Choice("--fgsm-init", "random", "Without effect, as in the public code", "zero", "random", "previous"),
        new Option<bool>("--half") { Description = "Without effect, as in the public code" },
        SharedOptions.Whole("--width-factor", "N", 10, 1, "Without effect, as in the public code"),
        SharedOptions.Whole("--sample-size", "N", 1000, 1, "Without effect, as in the public code"),
    ];

    private readonly Option<int?> _limit = SharedOptions.OptionalWhole("--limit", "N", "Only the first N images (not in the public code)");
    private readonly Option<Fraction?> _keep =
        SharedOptions.OptionalNumber("--keep", "K", "Share of weights that a pruned HYDRA checkpoint keeps (not in the public code)", most: 1);
    private readonly Option<string> _device = SharedOptions.Device();

    public EvalRobustnessVerb() : base(
        "eval-robustness",
        "Runs the paper's evaluation command: same flags, folders and log as `python eval_robustness.py`",
        "gdws eval-robustness --model preactresnet18 --fname outdir_cifar10/preactresnet18 --attack none --logfilename a_nat_base.txt",
        "gdws eval-robustness --model preactresnet18 --fname outdir_cifar10/preactresnet18 --attack-iters 100 --pgd-alpha 1 --apply-gdws --beta 0.005")
    {
        foreach (Option option in (Option[])
            [_dataset, _model, _folder, _dataDir, _attack, _epsilon, _iterations, _restarts, _step, _norm, _applyGdws, _alphas, _beta, _log, _noNorm, _statLayers])
        {
            Add(option);
        }

        foreach (Option option in (Option[])[_batch, _seed, _limit, _keep, _device, SharedOptions.Json, .. _idle])
            Add(option);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string folder = arguments.GetValue(_folder)!, model = arguments.GetValue(_model)!, dataset = arguments.GetValue(_dataset)!;
        PublicCheckpoint checkpoint = PublicCheckpoint.Find(folder);
        string? alphas = arguments.GetValue(_alphas) is { } name ? Path.Combine(folder, name) : null;
        string log = Path.Combine(folder, arguments.GetValue(_log)!);
        OutputPath.RequireDistinct([checkpoint.Path, alphas], log, arguments.GetValue(SharedOptions.Json));
        OutputPath.RequireWritable(log);
        string before = PublicLog.ReadBefore(log);
        Warn(context, arguments, checkpoint);

        bool isRaw = arguments.GetValue(_noNorm);
        OnnxModel network = checkpoint.Build(model, new ArchitectureOptions
        {
            Classes = PublicData.Classes(dataset),
            Input = isRaw ? InputConversion.None : PublicData.Normalization(dataset),
            Keep = arguments.GetValue(_keep)?.Value,
        });
        IImageDataset data = PublicData.Open(dataset, arguments.GetValue(_dataDir));
        if (arguments.GetValue(_limit) is { } limit)
            data = data.Take(limit);
        context.Line($"{checkpoint.Path}: {network.Metadata("gdws.architecture")}, {(isRaw ? "images as they are" : $"images normalised as usual for {dataset}")}");
        GdwsPlan? plan = arguments.GetValue(_applyGdws) ? PublicGdws.Plan(network, alphas, arguments.GetValue(_beta)) : null;
        if (plan is not null)
        {
            network = plan.ApplyTo(network);
            Show(context, plan);
        }

        if (arguments.GetValue(_statLayers))
            OperationTable.Of(LayerOperations.Of(network)).Print(context.Output);

        AttackChoice? attack = arguments.GetValue(_attack) == NoAttack ? null : Attack(arguments);
        AccuracyReport report = context.Track(progress => TorchAccuracy.Measure(
            network, data, attack is null ? [] : [attack], arguments.GetValue(_device)!, arguments.GetValue(_batch), progress, context.Cancellation));
        int images = report.Natural.Images, correct = report.Robust is [{ } robust] ? robust.Correct : report.Natural.Correct;
        context.Cancellation.ThrowIfCancellationRequested();
        string line = PublicLog.Append(log, before, attack?.Epsilon.Value ?? 0, correct, images);

        context.Line($"{data.Name} ({data.Split}, {images:N0} images): natural accuracy {Quantity.Accuracy(report.Natural.Correct, images)}");
        if (attack is not null)
            context.Line($"robust accuracy {Quantity.Accuracy(correct, images)}, {attack.ThreatText}, {attack.HowText}, seed {attack.Seed}");
        context.Line($"{log}: {line.Replace("\t", "  ", StringComparison.Ordinal)}   ({Quantity.Time(context.Seconds)})");
        foreach (EvaluationWarning warning in report.Warnings)
            context.Warn($"[{warning.Id}] {warning.Message}");
        context.WriteJson(() => new
        {
            Checkpoint = checkpoint.Path,
            Architecture = network.Metadata("gdws.architecture"),
            Data = data.Name,
            Images = images,
            Seed = arguments.GetValue(_seed),
            Device = arguments.GetValue(_device),
            context.Seconds,
            Gdws = plan is null ? null : new { plan.Budget.Value, plan.MacsBefore, plan.MacsAfter },
            Natural = new { report.Natural.Correct, report.Natural.Accuracy },
            report.Robust,
            Log = log,
            Line = line,
            report.Warnings,
        });
    }

    private AttackChoice Attack(ParseResult arguments) =>
        new(arguments.GetValue(_norm) == "l_2" ? Norm.L2 : Norm.Linf, Of255(arguments.GetValue(_epsilon)))
        {
            IsReference = true,
            Step = Of255(arguments.GetValue(_step)),
            Iterations = arguments.GetValue(_iterations),
            Restarts = arguments.GetValue(_restarts),
            Seed = arguments.GetValue(_seed),
        };

    private void Warn(VerbContext context, ParseResult arguments, PublicCheckpoint checkpoint)
    {
        string attack = arguments.GetValue(_attack)!;
        if (attack is "fgsm" or "free")
            context.Warn($"--attack {attack} runs pgd with the settings given, as the public code does; `gdws evaluate` has fgsm");
        if (checkpoint.Origin is not null && !arguments.GetValue(_noNorm))
            context.Warn($"networks of {checkpoint.Origin} were trained on images as they are; --no-norm leaves the normalisation out");
        Option[] ofGdws = [_alphas, _beta];
        if (!arguments.GetValue(_applyGdws) && ofGdws.FirstOrDefault(option => arguments.GetResult(option) is { Implicit: false }) is { } option)
            context.Warn($"without --apply-gdws {option.Name} does nothing");
    }

    private static void Show(VerbContext context, GdwsPlan plan)
    {
        int replaced = plan.Layers.Count(layer => layer.IsGdws);
        context.Line($"GDWS, β = {plan.Budget.Value:G6}: {replaced} of {plan.Layers.Length} convolutions replaced, {Quantity.Large(plan.MacsBefore)} MACs"
            + $" become {Quantity.Large(plan.MacsAfter)}, {Quantity.Ratio((double)plan.MacsBefore / Math.Max(1, plan.MacsAfter))} fewer");
        if (replaced == 0)
            context.Warn("the network has no K×K convolution to replace besides its first: depthwise and 1×1 ones stay as they are");
    }

    private static Fraction Of255(Fraction number) => new(number.Value / 255, $"{number.Text}/255");

    private static Option<string> Text(string name, string helpName, string fallback, string description) =>
        new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => fallback };
}
