using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Architectures;
using Gdws.Data;
using Gdws.Onnx;

namespace Gdws.Cli.Training;

/// <summary>What a training begins with: a network, or an architecture with random weights.</summary>
internal sealed class StartingNetwork
{
    private const string Auto = "auto";

    private readonly Argument<string?> _network = new("NET")
    {
        Description = "A network (.onnx) to train further; not with --arch",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _arch = new("--arch")
    {
        Description = "Begin with random weights: an architecture such as preactresnet18 (a wrong name lists all)",
        HelpName = "NAME",
    };

    private readonly Option<int?> _width = SharedOptions.OptionalWhole("--width", "N", "--arch: channels of the first convolution; the others go along");
    private readonly Option<string> _normalize = SharedOptions.Checked(
        new Option<string>("--normalize")
        {
            Description = $"--arch: normalisation in front, {string.Join(", ", InputConversion.Presets)} or MEANS:STDS; auto: what is usual for the data",
            HelpName = "NAME",
            DefaultValueFactory = _ => Auto,
        },
        text => _ = text == Auto ? null : InputConversion.Parse(text));

    /// <summary>The argument, for the verb to add.</summary>
    public Argument<string?> Argument => _network;

    /// <summary>The options, for the verb to add.</summary>
    public IEnumerable<Option> Options => [_arch, _width, _normalize];

    /// <summary>The file that is read, or null.</summary>
    public string? FileOf(ParseResult arguments) => arguments.GetValue(_network);

    /// <summary>Refuses both and neither.</summary>
    public void RequireOne(CommandResult result)
    {
        bool hasNetwork = result.GetValue(_network) is not null, hasArchitecture = result.GetValue(_arch) is not null;
        if (hasNetwork == hasArchitecture)
            result.AddError(hasNetwork ? "give a network or --arch, not both" : "give a network to train further, or --arch NAME to begin with random weights");
        foreach (Option option in Options.Skip(1).Where(option => !hasArchitecture && result.GetResult(option) is { Implicit: false }))
            result.AddError($"{option.Name} belongs to --arch: a network has its own");
    }

    /// <summary>Reads or makes the network.</summary>
    public OnnxModel Open(ParseResult arguments, IImageDataset images, DatasetKind kind, int seed)
    {
        if (arguments.GetValue(_network) is { } file)
            return NetworkFile.Load(file);
        string normalize = arguments.GetValue(_normalize)!;
        return Architecture.Initialize(
            arguments.GetValue(_arch)!,
            arguments.GetValue(_width),
            new ArchitectureOptions
            {
                Classes = images.Classes,
                Channels = images.Channels,
                ImageSize = images.Height,
                Input = InputConversion.Parse(normalize == Auto ? UsualFor(kind) : normalize),
            },
            seed);
    }

    private static string UsualFor(DatasetKind kind) => kind switch
    {
        DatasetKind.Cifar10 => "cifar10",
        DatasetKind.Cifar100 => "cifar100",
        DatasetKind.Svhn => "svhn",
        DatasetKind.FashionMnist or DatasetKind.Samples => "fashion-mnist",
        DatasetKind.ImageNet => "imagenet",
        _ => "none",
    };
}
