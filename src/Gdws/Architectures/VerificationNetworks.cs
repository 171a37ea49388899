using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>
/// Two small networks without batch normalisation that papers on provable robustness share: <c>kw_small</c> (Wong &amp; Kolter 2018: two 4×4
/// convolutions of stride 2, two linear layers) and <c>resnet_4b</c> (VNN-COMP 2021: four residual blocks, two linear layers).
/// </summary>
internal sealed class VerificationNetworks : IArchitectureFamily
{
    private const string Small = "kw_small";
    private const string FourBlocks = "resnet_4b";

    public IReadOnlyList<string> Names { get; } = [Small, FourBlocks];

    public string? Recognise(StateDict state)
    {
        if (state.TryGet("0.weight", out CheckpointTensor? first) && first.Shape is [_, _, 4, 4] && state.Contains("2.weight")
            && state.Contains("5.weight") && state.Contains("7.weight"))
        {
            return Small;
        }

        return state.Contains("linear2.weight") && state.Contains("layer2.1.conv2.bias") && !state.Contains("layer2.2.conv1.weight")
            && !state.Contains("layer3.0.conv1.weight")
            ? FourBlocks
            : null;
    }

    public FeatureMap Build(string name, NetworkBuilder network) => name == Small ? BuildSmall(network) : BuildFourBlocks(network);

    private static FeatureMap BuildSmall(NetworkBuilder network)
    {
        FeatureMap x = network.Images("0");
        x = network.Relu("1", network.Convolution("0", x, network.Parameters.Dimension("0.weight", 0, 16), 4, 2, 1, bias: true));
        x = network.Relu("3", network.Convolution("2", x, network.Parameters.Dimension("2.weight", 0, 32), 4, 2, 1, bias: true));
        x = network.Flatten(x);
        x = network.Relu("6", network.Linear("5", x, network.Parameters.Dimension("5.weight", 0, 100)));
        return network.Classifier("7", x);
    }

    private static FeatureMap BuildFourBlocks(NetworkBuilder network)
    {
        int stem = network.Parameters.Dimension("conv1.weight", 0, 16);
        FeatureMap x = network.Relu("relu", network.Convolution("conv1", network.Images("conv1"), stem, 3, 2, bias: true));
        foreach (string stage in new[] { "layer1", "layer2" })
        {
            int width = network.Parameters.Dimension($"{stage}.0.conv1.weight", 0, 2 * stem);
            for (int block = 0; block < 2; block++)
            {
                string prefix = $"{stage}.{block}";
                int stride = block == 0 ? 2 : 1;
                FeatureMap shortcut = block == 0 ? network.Convolution($"{prefix}.shortcut.0", x, width, 1, stride, bias: true) : x;
                FeatureMap y = network.Relu($"{prefix}.relu1", network.Convolution($"{prefix}.conv1", x, width, 3, stride, bias: true));
                y = network.Convolution($"{prefix}.conv2", y, width, 3, bias: true);
                x = network.Relu($"{prefix}.relu", network.Add($"{prefix}.add", y, shortcut));
            }
        }

        x = network.Linear("linear1", network.Flatten(x), network.Parameters.Dimension("linear1.weight", 0, 100));
        return network.Classifier("linear2", network.Relu("linear1.relu", x));
    }
}
