using System.Globalization;
using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>
/// The ResNets of three stages for CIFAR (He et al. 2015, section 4.2), depth 6n + 2. Shortcuts that change the size are without parameters
/// (option A: subsampling and zeros) or 1×1 convolutions with normalisation (option B), whichever the checkpoint has. Public code calls the
/// layers by several names, all of which are understood.
/// </summary>
internal sealed class CifarResNet : IArchitectureFamily
{
    private const int Stages = 3;
    private static readonly string[] _shortcutNames = ["downsample", "shortcut"];

    public IReadOnlyList<string> Names { get; } = ["resnet20", "resnet32", "resnet44", "resnet56", "resnet110"];

    public string? Recognise(StateDict state)
    {
        LayerNames names = LayerNames.Of(state.Contains);
        if (!state.Contains($"{names.Norm(1)}.weight") || state.Contains($"{names.Stage(4)}.0.{names.Convolution(1)}.weight"))
            return null;
        int[] blocks =
            [.. Enumerable.Range(1, Stages).Select(s => ResidualLayout.CountBlocks(state, names.Stage(s), names.Convolution(1)))];
        string name = $"resnet{(6 * blocks[0]) + 2}";
        return blocks.Distinct().Count() == 1 && Names.Contains(name) && !state.Contains($"{names.Stage(1)}.0.{names.Convolution(3)}.weight")
            ? name
            : null;
    }

    public FeatureMap Build(string name, NetworkBuilder network)
    {
        LayerNames names = LayerNames.Of(network.Parameters.Has);
        string? shortcut = _shortcutNames.FirstOrDefault(s => network.Parameters.HasAny($".{s}."));
        int blocks = (int.Parse(name["resnet".Length..], CultureInfo.InvariantCulture) - 2) / 6;

        int width = network.Parameters.Dimension($"{names.Convolution(1)}.weight", 0, 16);
        FeatureMap x = network.Convolution(names.Convolution(1), network.Images(names.Convolution(1)), width, 3);
        x = network.Relu("relu", network.BatchNormalization(names.Norm(1), x));
        for (int stage = 1; stage <= Stages; stage++)
        {
            width = network.Parameters.Dimension($"{names.Stage(stage)}.0.{names.Convolution(1)}.weight", 0, width);
            for (int block = 0; block < blocks; block++)
                x = Block(network, names, $"{names.Stage(stage)}.{block}", shortcut, x, width, block == 0 && stage > 1 ? 2 : 1);
            width *= 2;
        }

        string classifier = network.Parameters.Has("fc.weight") ? "fc" : "linear";
        return network.Classifier(classifier, network.Flatten(network.AdaptiveAveragePool("avgpool", x, 1)));
    }

    private static FeatureMap Block(
        NetworkBuilder network, LayerNames names, string name, string? shortcutName, FeatureMap x, int width, int stride)
    {
        FeatureMap y = network.Convolution($"{name}.{names.Convolution(1)}", x, width, 3, stride);
        y = network.Relu($"{name}.relu1", network.BatchNormalization($"{name}.{names.Norm(1)}", y));
        y = network.BatchNormalization($"{name}.{names.Norm(2)}", network.Convolution($"{name}.{names.Convolution(2)}", y, width, 3));

        FeatureMap shortcut = x;
        if (stride != 1 || x.Channels != width)
        {
            shortcut = shortcutName is null
                ? network.SubsampleAndPad($"{name}.shortcut", x, width, stride)
                : network.BatchNormalization(
                    $"{name}.{shortcutName}.1", network.Convolution($"{name}.{shortcutName}.0", x, width, 1, stride));
        }

        return network.Relu($"{name}.relu", network.Add($"{name}.add", y, shortcut));
    }

    /// <summary>What the layers are called: <c>layer1.0.conv1</c> or <c>stage_1.0.conv_1</c>.</summary>
    private sealed record LayerNames(string StagePrefix, string Separator)
    {
        public static LayerNames Of(Func<string, bool> has) => has("conv_1.weight") ? new("stage_", "_") : new("layer", "");

        public string Stage(int number) => $"{StagePrefix}{number}";

        public string Convolution(int number) => $"conv{Separator}{number}";

        public string Norm(int number) => $"bn{Separator}{number}";
    }
}
