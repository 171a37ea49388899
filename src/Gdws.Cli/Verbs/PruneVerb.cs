using System.CommandLine;
using Gdws.Cli.Output;
using Gdws.Cli.Pruning;
using Gdws.Cli.Training;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Pruning;
using Gdws.Torch.Training;

namespace Gdws.Cli.Verbs;

/// <summary>Prunes a network, robustly.</summary>
internal sealed class PruneVerb : Verb
{
    private readonly Argument<string> _network = new("NET") { Description = "A trained network (.onnx)" };
    private readonly PruningChoice _pruning = new();
    private readonly TrainingImages _images = new();
    private readonly Option<string> _device = SharedOptions.Device();
    private readonly Option<int?> _threads = SharedOptions.OptionalWhole("--threads", "N", "Threads on the CPU (else all cores); another number rounds otherwise");
    private readonly Option<int> _seed = SharedOptions.Seed();
    private readonly Option<string> _output = SharedOptions.OutputNetwork();

    public PruneVerb() : base(
        "prune",
        "Prunes a network and trains what stays: HYDRA, ADMM or by magnitude",
        "gdws prune net.onnx --method hydra --ratio 0.95 --data cifar10:cifar-10-batches-bin --loss trades --epochs 20 -o net.pruned.onnx",
        "gdws prune net.onnx --method admm --structure filter --ratio 0.5 --data cifar10:cifar-10-batches-bin --validation 1000 -o net.small.onnx",
        "gdws prune net.onnx --method magnitude --ratio 0.9 --data fashion-mnist:fashion-mnist --eps 0.1 -o net.pruned.onnx")
    {
        Add(_network);
        foreach (Option option in (IEnumerable<Option>)[.. _pruning.Options, .. _images.Options, _seed, _device, _threads, _output, SharedOptions.Json])
            Add(option);
        Validators.Add(_pruning.RequireOptionsOfTheMethod);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string source = arguments.GetRequiredValue(_network), output = arguments.GetRequiredValue(_output);
        OutputPath.RequireDistinct([source], output, arguments.GetValue(SharedOptions.Json));
        OutputPath.RequireWritable(output);
        if (arguments.GetValue(_threads) is { } threads)
            TorchRuntime.Threads = threads;
        OnnxModel model = NetworkFile.Load(source);
        int seed = arguments.GetValue(_seed);
        (IImageDataset training, IImageDataset? heldOut) = _images.Open(context, arguments, seed);
        PruningOptions options = _pruning.ToOptions(arguments, _images.KindOf(arguments), seed);
        if (options.FineTuning.Patience is not null && heldOut is null)
            throw new GdwsException("--patience needs images held out: give --validation too");
        context.Line($"{source}: {string.Join(", ", options.Describe().Where(e => e.Key is "method" or "ratio" or "structure").Select(e => $"{e.Key} {e.Value}"))}"
            + $"; {training.Name} ({training.Split}), {training.Count:N0} images; {options.FineTuning.Method.Description}");
        context.Line();

        Pruner pruner = new(model, training, options) { Validation = heldOut, Device = TorchRuntime.Device(arguments.GetValue(_device)!) };
        PruningResult result = context.Track(progress => pruner.Run(new RelayedProgress<PruningProgress>(progress, p => PruningWorkProgress.Of(p)), context.Cancellation));
        result.Network.Save(output);

        Stages(result).Print(context.Output);
        context.Line();
        Layers(result).Print(context.Output);
        context.Line();
        NetworkComplexity before = NetworkComplexity.Of(model), after = NetworkComplexity.Of(result.Network);
        string removed = result.RemovedChannels == 0 ? "" : $"; {result.RemovedChannels:N0} filters left the network: "
            + $"{Quantity.Large(before.Macs)} → {Quantity.Large(after.Macs)} MACs, {Quantity.Large(before.Parameters)} → {Quantity.Large(after.Parameters)} parameters";
        context.Line($"{output}: {Quantity.Large(result.Kept)} of {Quantity.Large(result.Weights)} weights stay ({Quantity.Ratio(result.SizeRatio)} smaller){removed}");
        if (result.RemovedChannels == 0)
            context.Line("The zeros stay in the file: a runtime for dense networks is as fast as before.");
        context.WriteJson(() => Document(context, source, output, options, result, before, after));
    }

    private static FigureTable Stages(PruningResult result)
    {
        FigureTable table = new FigureTable().Words("stage").Figures("epochs", "loss", "held out: natural", "robust", "time");
        foreach (PruningStage stage in result.Stages)
        {
            ValidationResult? held = stage.Training.Best.Validation;
            table.Row(
                stage.Name,
                $"{stage.Training.Epochs.Count}",
                $"{stage.Training.Best.Loss:F4}",
                held is null ? "-" : Quantity.Percent(held.Natural, held.Images),
                held?.Robust is { } robust ? Quantity.Percent(robust, held.Images) : "-",
                Quantity.Time(stage.Seconds));
        }

        return table;
    }

    private static FigureTable Layers(PruningResult result)
    {
        FigureTable table = new FigureTable().Words("layer").Figures("weights", "stay", "share");
        foreach (PrunedLayer layer in result.Layers)
            table.Row(layer.Name, Quantity.Large(layer.Weights), Quantity.Large(layer.Kept), Quantity.Share(layer.Kept, layer.Weights));
        return table;
    }

    private static object Document(
        VerbContext context, string source, string output, PruningOptions options, PruningResult result, NetworkComplexity before, NetworkComplexity after) => new
        {
            Source = source,
            Output = output,
            Method = options.Method.ToString().ToLowerInvariant(),
            options.Ratio,
            Recipe = options.Describe(),
            result.Weights,
            WeightsKept = result.Kept,
            result.SizeRatio,
            result.RemovedChannels,
            MacsBefore = before.Macs,
            MacsAfter = after.Macs,
            ParametersBefore = before.Parameters,
            ParametersAfter = after.Parameters,
            context.Seconds,
            Stages = result.Stages.Select(stage => new
            {
                stage.Name,
                Epochs = stage.Training.Epochs.Count,
                stage.Training.Best.Loss,
                HeldOut = stage.Training.Best.Validation is { } held ? new { held.Images, held.Natural, held.Robust } : null,
                stage.Seconds,
            }),
            result.Layers,
        };
}
