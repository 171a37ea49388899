using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>
/// ResNets with normalisation and activation before each convolution, for images of 32×32 (He et al. 2016, "Identity Mappings in Deep Residual
/// Networks"). With a last normalisation they are those of most robust training code, without (<c>_admm</c>) those of MSD and robust ADMM.
/// </summary>
internal sealed class PreActResNet : IArchitectureFamily
{
    private const string WithoutLastNorm = "_admm";

    public IReadOnlyList<string> Names { get; } =
        [.. ResidualLayout.All.SelectMany(l => new[] { $"preactresnet{l.Depth}", $"preactresnet{l.Depth}{WithoutLastNorm}" })];

    public string? Recognise(StateDict state) =>
        state.Contains("layer1.0.bn1.weight") && !state.Contains("bn1.weight") && ResidualLayout.Recognise(state) is { } layout
            ? $"preactresnet{layout.Depth}{(state.Contains("bn.weight") ? "" : WithoutLastNorm)}"
            : null;

    public FeatureMap Build(string name, NetworkBuilder network)
    {
        ResidualLayout layout = ResidualLayout.Of(name);
        int width = network.Parameters.Dimension("conv1.weight", 0, 64);
        FeatureMap x = network.Convolution("conv1", network.Images("conv1"), width, 3);
        for (int stage = 1; stage <= layout.Blocks.Length; stage++)
        {
            int[] widths = layout.Widths(network.Parameters, $"layer{stage}", width);
            for (int block = 0; block < layout.Blocks[stage - 1]; block++)
                x = Block(network, $"layer{stage}.{block}", x, layout, widths, block == 0 && stage > 1 ? 2 : 1);
            width = widths[0] * 2;
        }

        if (!name.EndsWith(WithoutLastNorm, StringComparison.Ordinal))
            x = network.Relu("relu", network.BatchNormalization("bn", x));
        return network.Classifier("linear", network.Flatten(network.AveragePool("avgpool", x, 4)));
    }

    private static FeatureMap Block(NetworkBuilder network, string name, FeatureMap x, ResidualLayout layout, int[] widths, int stride)
    {
        FeatureMap y = network.Relu($"{name}.relu1", network.BatchNormalization($"{name}.bn1", x));

        // A convolution in the shortcut reads the normalised and rectified input, an identity the input itself.
        FeatureMap shortcut = stride != 1 || x.Channels != widths[^1]
            ? network.Convolution($"{name}.shortcut.0", y, widths[^1], 1, stride)
            : x;
        for (int i = 0; i < widths.Length; i++)
        {
            if (i > 0)
                y = network.Relu($"{name}.relu{i + 1}", network.BatchNormalization($"{name}.bn{i + 1}", y));
            (int kernel, bool strided) = layout.Kernels[i];
            y = network.Convolution($"{name}.conv{i + 1}", y, widths[i], kernel, strided ? stride : 1);
        }

        return network.Add($"{name}.add", y, shortcut);
    }
}
