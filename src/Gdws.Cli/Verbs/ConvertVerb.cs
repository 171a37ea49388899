using System.CommandLine;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Cli.Output;
using Gdws.Execution;
using Gdws.Onnx;

namespace Gdws.Cli.Verbs;

/// <summary>Makes a network that takes images in [0,1] of a checkpoint or of a network that wants them prepared.</summary>
internal sealed class ConvertVerb : Verb
{
    private readonly Argument<string> _source = new("SOURCE")
    {
        Description = "A checkpoint (.pth, .pt, .th, .tar, .safetensors) or a network (.onnx)",
    };

    private readonly Option<string> _arch = new("--arch")
    {
        Description = "The checkpoint's architecture, e.g. preactresnet18; auto tells it from the parameters (a wrong name lists all)",
        HelpName = "NAME",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<int?> _classes =
        SharedOptions.OptionalWhole("--classes", "N", "Insist on so many classes (else as the checkpoint has)");
    private readonly Option<int?> _channels =
        SharedOptions.OptionalWhole("--channels", "N", "Insist on so many image channels (else as the checkpoint has)");
    private readonly Option<int?> _imageSize =
        SharedOptions.OptionalWhole("--image-size", "N", "Rows and columns of an image (else as usual for the architecture)");
    private readonly Option<string> _normalize = SharedOptions.Checked(
        new Option<string>("--normalize")
        {
            Description = $"Normalisation that the network was trained with: {string.Join(", ", InputConversion.Presets)}"
                + " or MEANS:STDS, comma-separated, one a channel",
            HelpName = "NAME",
            DefaultValueFactory = _ => "none",
        },
        text => InputConversion.Parse(text));

    private readonly Option<string> _channelOrder =
        SharedOptions.Choice("--channel-order", "rgb", "Order of colours that the network wants", "rgb", "bgr");
    private readonly Option<string> _inputScale =
        SharedOptions.Choice("--input-scale", "1", "Value of white that the network wants", "1", "255");
    private readonly Option<Fraction?> _keep =
        SharedOptions.OptionalNumber("--keep", "K", "Share of weights that the masks of a pruned HYDRA checkpoint keep (0.1: 90 % are pruned)", most: 1);
    private readonly Option<string?> _genotype = new("--genotype")
    {
        Description = "Operations of a RobNet that isn't a published one: a file of 14 codes 00, 01, 10 or 11 a line, a line a cell",
        HelpName = "FILE",
    };

    private readonly Option<string> _output = SharedOptions.OutputNetwork();

    public ConvertVerb() : base(
        "convert",
        "Makes an ONNX network, normalisation inside, of a checkpoint or of a network that wants prepared images",
        "gdws convert model_best.pth --normalize cifar10 -o net.onnx",
        "gdws convert squeezenet_fp16.onnx --channel-order bgr --input-scale 255 --normalize 104,117,123:1,1,1 -o net.onnx")
    {
        _arch.Suggesting(["auto", .. Architecture.Names]);
        _normalize.Suggesting([.. InputConversion.Presets]);
        Add(_source);
        Add(_arch);
        Add(_classes);
        Add(_channels);
        Add(_imageSize);
        Add(_normalize);
        Add(_channelOrder);
        Add(_inputScale);
        Add(_keep);
        Add(_genotype);
        Add(_output);
        Add(SharedOptions.Json);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string source = arguments.GetRequiredValue(_source);
        string output = arguments.GetRequiredValue(_output);
        OutputPath.RequireDistinct([source], output, arguments.GetValue(SharedOptions.Json));
        OutputPath.RequireWritable(output);
        InputConversion conversion = InputConversion.Parse(arguments.GetValue(_normalize)!) with
        {
            ChannelOrder = arguments.GetValue(_channelOrder) == "bgr" ? ChannelOrder.Bgr : ChannelOrder.Rgb,
            Scale = arguments.GetValue(_inputScale) == "255" ? 255 : 1,
        };

        (OnnxModel network, string? architecture) = NetworkFile.IsCheckpoint(source)
            ? FromCheckpoint(source, conversion, arguments)
            : (FromNetwork(source, conversion, arguments), null);
        NetworkSignature signature = NetworkSignature.Of(network);
        NetworkComplexity complexity = NetworkComplexity.Of(network);
        context.Cancellation.ThrowIfCancellationRequested();
        network.Save(output);

        context.Line($"{output}: {(architecture is null ? "" : architecture + ", ")}takes {signature.ImageText} images in [0,1],"
            + $" tells {signature.Classes:N0} classes apart");
        context.Line($"{Quantity.Large(complexity.Macs)} MACs an image, {Quantity.Large(complexity.Parameters)} parameters");
        string inside = conversion.IsNone ? "no normalisation (--normalize, if it was trained with one)" : $"normalisation, {conversion}";
        context.Line($"inside: {inside}");
        context.WriteJson(() => new
        {
            Source = source,
            Output = output,
            Architecture = architecture,
            Image = (int[])[signature.Channels, signature.Height, signature.Width],
            signature.Classes,
            complexity.Macs,
            complexity.Parameters,
            context.Seconds,
        });
    }

    private (OnnxModel Network, string Architecture) FromCheckpoint(string source, InputConversion conversion, ParseResult arguments)
    {
        StateDict state = Checkpoint.Load(source).State;
        string name = arguments.GetValue(_arch)!;
        OnnxModel network = Architecture.Build(name, state, new ArchitectureOptions
        {
            Classes = arguments.GetValue(_classes),
            Channels = arguments.GetValue(_channels),
            ImageSize = arguments.GetValue(_imageSize),
            Input = conversion,
            Keep = arguments.GetValue(_keep)?.Value,
            Genotype = arguments.GetValue(_genotype) is { } file ? TextFile.Read(file) : null,
        });
        return (network, name == "auto" ? Architecture.Detect(state) ?? name : name);
    }

    private OnnxModel FromNetwork(string source, InputConversion conversion, ParseResult arguments)
    {
        Option[] forCheckpoints = [_arch, _classes, _channels, _imageSize, _keep, _genotype];
        if (forCheckpoints.FirstOrDefault(option => arguments.GetResult(option) is { Implicit: false }) is { } option)
            throw new GdwsException($"{source}: is a network already; {option.Name} is for checkpoints");
        OnnxModel network = OnnxModel.Load(source);
        FiniteWeights.Require(network);
        return conversion.Prepend(network);
    }
}
