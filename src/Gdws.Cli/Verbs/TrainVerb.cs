using System.CommandLine;
using Gdws.Checkpoints;
using Gdws.Cli.Output;
using Gdws.Cli.Training;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Training;

namespace Gdws.Cli.Verbs;

/// <summary>Trains a network.</summary>
internal sealed class TrainVerb : Verb
{
    private readonly StartingNetwork _start = new();
    private readonly TrainingImages _images = new();
    private readonly TrainingRecipe _recipe = new();
    private readonly Option<string> _device = SharedOptions.Device();
    private readonly Option<int?> _threads = SharedOptions.OptionalWhole("--threads", "N", "Threads on the CPU (else all cores); another number rounds otherwise");
    private readonly Option<int> _seed = SharedOptions.Seed();
    private readonly Option<string> _output = SharedOptions.OutputNetwork();
    private readonly Option<string?> _weights = new("--weights")
    {
        Description = "Write the trained weights alone too",
        HelpName = "FILE.safetensors",
    };

    private readonly Option<string?> _checkpoint = new("--checkpoint")
    {
        Description = "Where the state is kept after every epoch and on Ctrl-C (else beside the output, .training.safetensors); deleted at the end",
        HelpName = "FILE",
    };

    private readonly Option<bool> _resume = new("--resume") { Description = "Go on from the checkpoint of the same training, to the same bits" };

    public TrainVerb() : base(
        "train",
        "Trains a network, naturally or against an adversary",
        "gdws train --arch preactresnet18 --width 16 --data fashion-mnist:fashion-mnist --method pgd --eps 0.1 --epochs 10 -o net.onnx",
        "gdws train --arch preactresnet18 --data cifar10:cifar-10-batches-bin --validation 1000 --method trades --eps 8/255 --epochs 100 --schedule piecewise -o net.onnx",
        "gdws train net.onnx --data cifar10:cifar-10-batches-bin --method msd --threat linf:8/255,l2:0.5,l1:12 --lr 0.01 --schedule cosine -o union.onnx",
        "gdws train --arch preactresnet18 --width 16 --data fashion-mnist:fashion-mnist --method pgd --eps 0.1 --epochs 10 -o net.onnx --resume")
    {
        Add(_start.Argument);
        foreach (Option option in (IEnumerable<Option>)[.. _start.Options, .. _images.Options, .. _recipe.Options])
            Add(option);
        foreach (Option option in (Option[])[_seed, _device, _threads, _checkpoint, _resume, _output, _weights, SharedOptions.Json])
            Add(option);
        Validators.Add(_start.RequireOne);
        Validators.Add(_recipe.RequireOptionsOfTheMethod);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string output = arguments.GetRequiredValue(_output);
        string checkpoint = arguments.GetValue(_checkpoint) ?? Path.ChangeExtension(output, ".training.safetensors");
        string? weights = arguments.GetValue(_weights);
        OutputPath.RequireDistinct([_start.FileOf(arguments)], output, checkpoint, weights, arguments.GetValue(SharedOptions.Json));
        foreach (string path in ((string?[])[output, checkpoint, weights]).OfType<string>())
            OutputPath.RequireWritable(path);
        RequireNoOtherTraining(checkpoint, arguments.GetValue(_resume));
        if (arguments.GetValue(_threads) is { } threads)
            TorchRuntime.Threads = threads;

        int seed = arguments.GetValue(_seed);
        (IImageDataset training, IImageDataset? heldOut) = _images.Open(context, arguments, seed);
        TrainingOptions options = _recipe.ToOptions(arguments, _images.KindOf(arguments), seed);
        if (options.Patience is not null && heldOut is null)
            throw new GdwsException("--patience needs images held out: give --validation too");
        OnnxModel model = _start.Open(arguments, training, _images.KindOf(arguments), seed);
        using TrainableNetwork network = new(model, TorchRuntime.Device(arguments.GetValue(_device)!));
        EpochTable table = new(options, heldOut is not null);
        Show(context, model, training, heldOut, options);
        bool isLive = !context.Output.Profile.Out.IsTerminal;
        Trainer trainer = new(network, training, options)
        {
            Validation = heldOut,
            Checkpoint = checkpoint,
            Resumes = arguments.GetValue(_resume),
            EpochEnded = isLive ? epoch => context.Line(table.Row(epoch)) : null,
        };
        if (isLive)
            PrintHeader(context, table);
        TrainingResult result = context.Track(progress => trainer.Run(new RelayedProgress<TrainingProgress>(progress, Relay), context.Cancellation));
        if (!isLive)
        {
            PrintHeader(context, table);
            foreach (EpochResult epoch in result.Epochs)
                context.Line(table.Row(epoch));
        }

        trainer.ToModel(result).Save(output);
        if (weights is not null)
            SafeTensors.Write(weights, network.ToTensors());
        File.Delete(checkpoint);
        context.Line();
        context.Line($"{output}: epoch {result.Best.Epoch} of {options.Epochs}{(result.IsStoppedEarly ? ", stopped early" : "")}, {Quantity.Time(context.Seconds)}");
        if (result.Best.Validation is { } held)
        {
            context.Line($"on images held out: natural {Quantity.Accuracy(held.Natural, held.Images)}"
                + (held.Robust is { } robust ? $", robust {Quantity.Percent(robust, held.Images)} (pgd, 10 steps)" : ""));
        }

        context.WriteJson(() => TrainingDocument.Of(context, model, output, training, heldOut, options, result));
    }

    private static void RequireNoOtherTraining(string checkpoint, bool resumes)
    {
        if (!resumes && File.Exists(checkpoint))
            throw new GdwsException($"{checkpoint}: a training that was stopped is kept there; --resume goes on with it, delete the file to begin anew");
        if (resumes && !File.Exists(checkpoint))
            throw new GdwsException($"{checkpoint}: there is no checkpoint to go on from; leave out --resume to begin");
    }

    private static void Show(VerbContext context, OnnxModel model, IImageDataset training, IImageDataset? heldOut, TrainingOptions options)
    {
        NetworkComplexity complexity = NetworkComplexity.Of(model);
        context.Line($"{model.Source}: {Quantity.Large(complexity.Macs)} MACs an image, {Quantity.Large(complexity.Parameters)} parameters");
        context.Line($"{training.Name} ({training.Split}): {training.Count:N0} images{(heldOut is null ? "" : $", {heldOut.Count:N0} held out")}; {options.Method.Description}");
        context.Line();
    }

    private static void PrintHeader(VerbContext context, EpochTable table)
    {
        foreach (string line in table.Header)
            context.Line(line);
    }

    private static WorkProgress Relay(TrainingProgress value)
    {
        string robust = value.Robust is { } share ? $", robust {share:F1} %" : "";
        string natural = value.Natural is { } right ? $", natural {right:F1} %" : "";
        return value.IsValidation
            ? new WorkProgress("held out", value.Done, value.Total + 1, "images")
            : new WorkProgress("training", value.Done, value.Total, "steps") { Note = $"epoch {value.Epoch}, loss {value.Loss:F3}{natural}{robust}" };
    }
}
