using System.Globalization;
using System.Text.RegularExpressions;
using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>
/// Wide ResNets (Zagoruyko &amp; Komodakis 2016) as TRADES and the code that came of it name their layers; depth 6n + 4, any width. That code
/// also makes a <c>sub_block1</c> which it never runs.
/// </summary>
internal sealed partial class WideResNet : IArchitectureFamily
{
    private const int Stages = 3;
    private const int UsualStem = 16;

    public IReadOnlyList<string> Names { get; } = ["wideresnet_28_4", "wideresnet_28_10", "wideresnet_34_10", "wideresnet_40_2"];

    public bool Has(string name) =>
        Pattern().Match(name) is { Success: true } match && (Number(match, 1) - 4) % 6 == 0 && Number(match, 1) >= 10;

    public string? Recognise(StateDict state)
    {
        if (!state.TryGet("block1.layer.0.conv1.weight", out CheckpointTensor? first) || first.Shape is not [_, > 0, _, _])
            return null;
        int[] blocks = [.. Enumerable.Range(1, Stages).Select(s => ResidualLayout.CountBlocks(state, $"block{s}.layer", "conv1"))];
        string name = $"wideresnet_{(6 * blocks[0]) + 4}_{first.Shape[0] / first.Shape[1]}";
        return blocks.Distinct().Count() == 1 && Has(name) ? name : null;
    }

    public bool Ignores(string parameter) => parameter.StartsWith("sub_block1.", StringComparison.Ordinal);

    public FeatureMap Build(string name, NetworkBuilder network)
    {
        Match match = Pattern().Match(name);
        int blocks = (Number(match, 1) - 4) / 6;
        int stem = network.Parameters.Dimension("conv1.weight", 0, UsualStem);

        FeatureMap x = network.Convolution("conv1", network.Images("conv1", 32, 32), stem, 3);
        for (int stage = 1; stage <= Stages; stage++)
        {
            int width = stem * Number(match, 2) << (stage - 1);
            for (int block = 0; block < blocks; block++)
                x = Block(network, $"block{stage}.layer.{block}", x, width, block == 0 && stage > 1 ? 2 : 1);
        }

        x = network.Relu("relu", network.BatchNormalization("bn1", x));
        return network.Classifier("fc", network.Flatten(network.AveragePool("avgpool", x, 8)));
    }

    private static FeatureMap Block(NetworkBuilder network, string name, FeatureMap x, int width, int stride)
    {
        FeatureMap y = network.Relu($"{name}.relu1", network.BatchNormalization($"{name}.bn1", x));
        FeatureMap shortcut = x.Channels == width ? x : network.Convolution($"{name}.convShortcut", y, width, 1, stride);
        y = network.Convolution($"{name}.conv1", y, width, 3, stride);
        y = network.Relu($"{name}.relu2", network.BatchNormalization($"{name}.bn2", y));
        return network.Add($"{name}.add", network.Convolution($"{name}.conv2", y, width, 3), shortcut);
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^wideresnet_([1-9]\d{1,2})_([1-9]\d?)$")]
    private static partial Regex Pattern();
}
