using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>
/// VGG networks (Simonyan &amp; Zisserman 2014). <c>vgg16</c> is the form for images of 32×32 with batch normalisation, <c>vgg16_nobn</c> the same
/// without; <c>vgg16_imagenet</c> and <c>vgg16_bn_imagenet</c> are torchvision's <c>vgg16</c> and <c>vgg16_bn</c>; <c>vgg16_hydra</c> is the form of
/// HYDRA, which has no last pooling, no biases and three linear layers.
/// </summary>
internal sealed class Vgg : IArchitectureFamily
{
    private const string Hydra = "vgg16_hydra";
    private const int UsualWidth = 64;

    /// <summary>Convolutions between two poolings, by depth.</summary>
    private static readonly Dictionary<int, int[]> _stages = new()
    {
        [11] = [1, 1, 2, 2, 2],
        [13] = [2, 2, 2, 2, 2],
        [16] = [2, 2, 3, 3, 3],
        [19] = [2, 2, 4, 4, 4],
    };

    public IReadOnlyList<string> Names { get; } =
    [
        .. _stages.Keys.SelectMany(d => new[] { $"vgg{d}", $"vgg{d}_nobn" }),
        .. _stages.Keys.SelectMany(d => new[] { $"vgg{d}_imagenet", $"vgg{d}_bn_imagenet" }),
        Hydra,
    ];

    public string? Recognise(StateDict state)
    {
        int convolutions = state.Count(t => t.Name.StartsWith("features.", StringComparison.Ordinal) && t.Shape is [_, _, 3, 3]);
        int depth = _stages.Keys.FirstOrDefault(d => _stages[d].Sum() == convolutions);
        if (depth == 0 || !state.Contains("features.0.weight"))
            return null;
        bool norm = state.Contains("features.1.running_mean");
        if (state.Contains("classifier.4.weight") && !state.Contains("classifier.6.weight"))
            return depth == 16 && norm ? Hydra : null;
        if (state.Contains("classifier.3.weight"))
            return $"vgg{depth}{(norm ? "_bn" : "")}_imagenet";
        return $"vgg{depth}{(norm ? "" : "_nobn")}";
    }

    public FeatureMap Build(string name, NetworkBuilder network)
    {
        bool imageNet = name.EndsWith("_imagenet", StringComparison.Ordinal);
        bool norm = imageNet ? name.EndsWith("_bn_imagenet", StringComparison.Ordinal) : !name.EndsWith("_nobn", StringComparison.Ordinal);
        int depth = _stages.Keys.Single(d => name.StartsWith($"vgg{d}", StringComparison.Ordinal));

        // Five poolings leave nothing of 28 pixels: grey images are enlarged to 32 for these networks.
        FeatureMap x = imageNet ? network.Images("features.0", 224, 224) : network.Images("features.0", 32, 32);
        x = Features(network, x, _stages[depth], norm, name != Hydra);
        if (imageNet)
            return Head(network, network.AdaptiveAveragePool("avgpool", x, 7), 4096, "classifier.0", "classifier.3", "classifier.6");
        if (name == Hydra)
            return Head(network, network.AdaptiveAveragePool("avgpool", x, 2), 256, "classifier.0", "classifier.2", "classifier.4");
        return network.Parameters.Has("classifier.6.weight")
            ? Head(network, x, 512, "classifier.1", "classifier.4", "classifier.6")
            : Head(network, x, 0, "classifier");
    }

    /// <summary>The convolutions. Each layer, activation and pooling counted, a layer's number is its position in the sequence.</summary>
    private static FeatureMap Features(NetworkBuilder network, FeatureMap x, int[] stages, bool norm, bool plain)
    {
        int index = 0;
        int first = network.Parameters.Dimension("features.0.weight", 0, UsualWidth);
        for (int stage = 0; stage < stages.Length; stage++)
        {
            for (int i = 0; i < stages[stage]; i++)
            {
                int usual = first * (1 << Math.Min(stage, 3));
                string convolution = $"features.{index++}";
                x = network.Convolution(
                    convolution, x, network.Parameters.Dimension($"{convolution}.weight", 0, usual), 3, bias: plain);
                if (norm)
                    x = network.BatchNormalization($"features.{index++}", x);
                x = network.Relu($"features.{index++}", x);
            }

            if (plain || stage < stages.Length - 1)
                x = network.MaxPool($"features.{index++}", x, 2, 2);
        }

        return x;
    }

    /// <summary>Linear layers with activations between them.</summary>
    private static FeatureMap Head(NetworkBuilder network, FeatureMap x, int usualWidth, params string[] layers)
    {
        x = network.Flatten(x);
        foreach (string layer in layers[..^1])
            x = network.Relu($"{layer}.relu", network.Linear(layer, x, network.Parameters.Dimension($"{layer}.weight", 0, usualWidth)));
        return network.Classifier(layers[^1], x);
    }
}
