using System.CommandLine;
using Gdws.Cli.Evaluation;
using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Sensitivity;

namespace Gdws.Cli.Verbs;

/// <summary>Estimates the weights α of the approximation error.</summary>
internal sealed class SensitivityVerb : Verb
{
    private const string NoAttack = "none";

    private readonly Argument<string> _network = new("NET") { Description = "A network (.onnx)" };
    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<string?> _split =
        SharedOptions.OptionalChoice("--split", "Which images (else train, where there are any)", "train", "test");
    private readonly Option<int> _samples = SharedOptions.Whole("--samples", "N", 1000, 1, "The first N images");
    private readonly Option<string> _attack = SharedOptions.Choice("--attack", "pgd", "How the images are perturbed first", "pgd", NoAttack);
    private readonly Option<string> _norm = SharedOptions.Choice("--norm", "linf", "How the size of a perturbation is measured", "linf", "l2", "l1");
    private readonly Option<Fraction?> _epsilon =
        SharedOptions.OptionalNumber("--eps", "E", "Radius ε in pixel units (else 8/255 for linf, 0.5 for l2, 12 for l1)");
    private readonly Option<Fraction?> _step =
        SharedOptions.OptionalNumber("--step", "S", "Length of a step (else a quarter of ε, 2/255 for 8/255)");
    private readonly Option<int> _iterations = SharedOptions.Whole("--iterations", "N", 10, 1, "Steps of the attack");
    private readonly Option<int?> _competing =
        SharedOptions.OptionalWhole("--competing", "N", "Count only the N classes nearest to the predicted one (else all, at most 100)");
    private readonly Option<Fraction> _leastMargin =
        SharedOptions.Number("--least-margin", "S", "0.01", "Class differences count as at least this share of the logits' range; 0.1 is steadier with few images");

    private readonly Option<string> _device = SharedOptions.Device();
    private readonly Option<int> _seed = SharedOptions.Seed();
    private readonly Option<string> _output = new("-o", "--output")
    {
        Description = "The file to write (.safetensors, one vector a layer)",
        HelpName = "ALPHA.safetensors",
        Required = true,
    };

    public SensitivityVerb() : base(
        "sensitivity",
        "Estimates how much the error of each channel of each K×K convolution matters: weights α for `approximate --sensitivity`",
        "gdws sensitivity net.onnx --data cifar10:cifar-10-batches-bin -o alpha.safetensors")
    {
        Add(_network);
        foreach (Option option in (Option[])
            [_data, _split, _samples, _attack, _norm, _epsilon, _step, _iterations, _competing, _leastMargin, _device, _seed, _output, SharedOptions.Json])
        {
            Add(option);
        }
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string path = arguments.GetRequiredValue(_network), output = arguments.GetRequiredValue(_output);
        OutputPath.RequireDistinct([path], output, arguments.GetValue(SharedOptions.Json));
        OutputPath.RequireWritable(output);
        OnnxModel model = NetworkFile.Load(path);
        IImageDataset images = Images(context, arguments);
        SensitivityEstimation estimation = new()
        {
            Attack = Attack(arguments),
            CompetingClasses = arguments.GetValue(_competing),
            LeastMargin = arguments.GetValue(_leastMargin).Value,
        };
        SensitivityEstimate estimate = context.Track(progress => estimation.Run(
            model,
            images,
            TorchRuntime.Device(arguments.GetValue(_device)!),
            new RelayedProgress<SensitivityProgress>(progress, p => new WorkProgress("sensitivity", p.Done, p.Total, "images")),
            context.Cancellation));
        context.Cancellation.ThrowIfCancellationRequested();
        SensitivityFile.Write(output, estimate);

        Show(context, estimate);
        context.Line($"{output}: α of {estimate.Layers.Count} layers from {images.Count:N0} images of {images.Name} ({images.Split}),"
            + $" {(estimation.Attack is PgdAttack pgd ? $"pgd {pgd.ThreatModel.NormName}" : "as they are")}, {Quantity.Time(context.Seconds)}");
        context.WriteJson(() => Document(context, path, output, images, estimate));
    }

    private IImageDataset Images(VerbContext context, ParseResult arguments)
    {
        DatasetSpecification data = DatasetSpecification.Parse(arguments.GetRequiredValue(_data));
        bool onlyTest = data.Kind == DatasetKind.Samples;
        if (onlyTest && arguments.GetValue(_split) is null)
            context.Warn($"{data.Text} has test images only: accuracy measured on the same ones afterwards looks a little better than it is");
        IImageDataset images = ImageDataset.Open(data, arguments.GetValue(_split) ?? (onlyTest ? "test" : "train"));
        int samples = arguments.GetValue(_samples);
        if (images.Count < samples && arguments.GetResult(_samples) is { Implicit: false })
            context.Warn($"{data.Text} has only {images.Count:N0} images");
        return images.Take(samples);
    }

    private PgdAttack? Attack(ParseResult arguments)
    {
        if (arguments.GetValue(_attack) == NoAttack)
            return null;

        Norm norm = ThreatModel.ParseNorm(arguments.GetValue(_norm)!);
        Fraction epsilon = arguments.GetValue(_epsilon) ?? ThreatList.UsualEpsilon(norm);
        return ((PgdAttack)new AttackChoice(norm, epsilon)
        {
            Step = arguments.GetValue(_step),
            Iterations = arguments.GetValue(_iterations),
            Seed = arguments.GetValue(_seed),
        }.ToAttack()) with
        { StopWhenBroken = false };
    }

    private static void Show(VerbContext context, SensitivityEstimate estimate)
    {
        FigureTable table = new FigureTable().Words("layer").Figures("C", "least", "median", "largest", "sum");
        foreach ((string layer, float[] alpha) in estimate.Layers)
        {
            float[] sorted = [.. alpha.Order()];
            table.Row(
                layer,
                $"{alpha.Length}",
                Quantity.Small(sorted[0]),
                Quantity.Small(sorted[sorted.Length / 2]),
                Quantity.Small(sorted[^1]),
                Quantity.Small(alpha.Sum(value => (double)value)));
        }

        table.Print(context.Output);
        context.Line();
        if (estimate.Metadata["images_with_limited_margins"] is not "0" and string limited)
        {
            context.Line($"{limited} images lie almost on the boundary between two classes;"
                + $" a class difference counts as at least {estimate.Metadata["least_margin"]} of the logits' range");
        }

        if (estimate.Metadata["images_with_equal_logits"] is not "0" and string undecided)
            context.Warn($"{undecided} images have the same logit for all classes and count as 0");
    }

    private static object Document(VerbContext context, string path, string output, IImageDataset images, SensitivityEstimate estimate) => new
    {
        Network = path,
        Output = output,
        Data = images.Name,
        images.Split,
        Images = images.Count,
        context.Seconds,
        estimate.Metadata,
        Layers = estimate.Layers.Select(layer => new
        {
            Name = layer.Key,
            Channels = layer.Value.Length,
            Sum = layer.Value.Sum(value => (double)value),
            Largest = layer.Value.Max(),
        }),
    };
}
