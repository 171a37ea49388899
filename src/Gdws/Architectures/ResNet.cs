using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>
/// ResNets of four stages (He et al. 2015, "Deep Residual Learning"): the form for images of 32×32 that begins with a 3×3 convolution, and
/// torchvision's form for ImageNet (<c>_imagenet</c>) that begins with a 7×7 convolution and a pooling. The stride of a bottleneck is that of
/// its 3×3 convolution, as in both.
/// </summary>
internal sealed class ResNet : IArchitectureFamily
{
    private const string ImageNet = "_imagenet";

    public IReadOnlyList<string> Names { get; } =
        [.. ResidualLayout.All.Select(l => $"resnet{l.Depth}"), .. ResidualLayout.All.Select(l => $"resnet{l.Depth}{ImageNet}")];

    public string? Recognise(StateDict state)
    {
        if (!state.Contains("bn1.weight") || ResidualLayout.Recognise(state) is not { } layout)
            return null;
        bool imageNet = state.Contains("fc.weight")
            || (state.TryGet("conv1.weight", out CheckpointTensor? first) && first.Shape is [_, _, 7, 7]);
        return $"resnet{layout.Depth}{(imageNet ? ImageNet : "")}";
    }

    public FeatureMap Build(string name, NetworkBuilder network)
    {
        bool imageNet = name.EndsWith(ImageNet, StringComparison.Ordinal);
        ResidualLayout layout = ResidualLayout.Of(name);
        int width = network.Parameters.Dimension("conv1.weight", 0, 64);
        FeatureMap x = imageNet ? network.Images("conv1", 224, 224) : network.Images("conv1");
        x = network.Convolution("conv1", x, width, imageNet ? 7 : 3, imageNet ? 2 : 1);
        x = network.Relu("relu", network.BatchNormalization("bn1", x));
        if (imageNet)
            x = network.MaxPool("maxpool", x, 3, 2, 1);

        for (int stage = 1; stage <= layout.Blocks.Length; stage++)
        {
            int[] widths = layout.Widths(network.Parameters, $"layer{stage}", width);
            for (int block = 0; block < layout.Blocks[stage - 1]; block++)
            {
                int stride = block == 0 && stage > 1 ? 2 : 1;
                x = Block(network, $"layer{stage}.{block}", imageNet ? "downsample" : "shortcut", x, layout, widths, stride);
            }

            width = widths[0] * 2;
        }

        x = imageNet ? network.AdaptiveAveragePool("avgpool", x, 1) : network.AveragePool("avgpool", x, 4);
        return network.Classifier(imageNet ? "fc" : "linear", network.Flatten(x));
    }

    private static FeatureMap Block(
        NetworkBuilder network, string name, string shortcutName, FeatureMap x, ResidualLayout layout, int[] widths, int stride)
    {
        FeatureMap y = x;
        for (int i = 0; i < widths.Length; i++)
        {
            (int kernel, bool strided) = layout.Kernels[i];
            y = network.Convolution($"{name}.conv{i + 1}", y, widths[i], kernel, strided ? stride : 1);
            y = network.BatchNormalization($"{name}.bn{i + 1}", y);
            if (i < widths.Length - 1)
                y = network.Relu($"{name}.relu{i + 1}", y);
        }

        FeatureMap shortcut = x;
        if (stride != 1 || x.Channels != widths[^1])
        {
            shortcut = network.Convolution($"{name}.{shortcutName}.0", x, widths[^1], 1, stride);
            shortcut = network.BatchNormalization($"{name}.{shortcutName}.1", shortcut);
        }

        return network.Relu($"{name}.relu", network.Add($"{name}.add", y, shortcut));
    }
}
