using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>
/// RobNets (Guo et al. 2020, "When NAS meets robustness") for images of 32×32: cells of four nodes, each the sum of what comes from the cell's two
/// inputs and the nodes before it. <c>robnetfree</c> has a genotype a cell, <c>robnetlarge</c> one for all. The normalisations in the cells have no scale
/// and shift.
/// </summary>
internal sealed class RobNet : IArchitectureFamily
{
    private const string Free = "robnetfree";
    private const string Large = "robnetlarge";
    private const int UsualWidth = 36;
    private const int StemMultiple = 3;

    public IReadOnlyList<string> Names { get; } = [Free, Large];

    public string? Recognise(StateDict state)
    {
        if (!state.Contains("stem.0.weight") || !state.Contains("cells.0.preprocess1.op.1.weight"))
            return null;
        return RobNetGenotype.IsPublished(state, isLarge: true) ? Large : Free;
    }

    public FeatureMap Build(string name, NetworkBuilder network)
    {
        RobNetGenotype genotype = RobNetGenotype.Of(network.Parameters.State, name == Large, network.Genotype);
        int stem = network.Parameters.Dimension("stem.0.weight", 0, StemMultiple * UsualWidth);
        int width = stem / StemMultiple;
        FeatureMap x = network.BatchNormalization("stem.1", network.Convolution("stem.0", network.Images("stem.0", 32, 32), stem, 3));

        FeatureMap before = x;
        bool halved = false;
        for (int cell = 0; cell < genotype.Cells.Count; cell++)
        {
            bool reduces = RobNetGenotype.IsReduction(cell, genotype.Cells.Count);
            width *= reduces ? 2 : 1;
            FeatureMap made = Cell(network, $"cells.{cell}", genotype.Cells[cell], before, x, width, halved, reduces);
            (before, x, halved) = (x, made, reduces);
        }

        return network.Classifier("classifier", network.Flatten(network.AdaptiveAveragePool("global_pooling", x, 1)));
    }

    /// <param name="network">What is built.</param>
    /// <param name="name">The cell's name.</param>
    /// <param name="operations">Those of its connections.</param>
    /// <param name="first">What the cell before the last one made.</param>
    /// <param name="second">What the last cell made.</param>
    /// <param name="width">Channels of a node.</param>
    /// <param name="halved">Whether the last cell halved the map, which <paramref name="first"/> then hasn't been through.</param>
    /// <param name="reduces">Whether this cell halves the map.</param>
    private static FeatureMap Cell(
        NetworkBuilder network, string name, RobNetOperation[] operations, FeatureMap first, FeatureMap second, int width, bool halved, bool reduces)
    {
        List<FeatureMap> states =
        [
            halved ? Reduction(network, $"{name}.preprocess0", first, width) : Preprocessing(network, $"{name}.preprocess0", first, width),
            Preprocessing(network, $"{name}.preprocess1", second, width),
        ];
        int connection = 0;
        for (int node = 0; node < RobNetGenotype.Nodes; node++)
        {
            List<FeatureMap> terms = [];
            int inputs = states.Count;
            for (int i = 0; i < inputs; i++, connection++)
            {
                if (operations[connection] != RobNetOperation.Zero)
                    terms.Add(Connection(network, $"{name}._ops.{connection}.op", operations[connection], states[i], reduces && i < 2 ? 2 : 1));
            }

            states.Add(terms.Count > 0
                ? network.Sum($"{name}.node{node}", terms)
                : network.Zeros($"{name}.node{node}", states[0], reduces ? 2 : 1));
        }

        return network.Concatenate($"{name}.concat", [.. states.Skip(2)]);
    }

    private static FeatureMap Connection(NetworkBuilder network, string name, RobNetOperation operation, FeatureMap x, int stride) => operation switch
    {
        RobNetOperation.Separable => Separable(network, name, x, stride),
        RobNetOperation.ResidualSeparable => network.Sum(
            $"{name}.sum", [Separable(network, $"{name}.conv", x, stride), stride == 1 ? x : Reduction(network, $"{name}.res", x, x.Channels)]),
        _ => stride == 1 ? x : Reduction(network, name, x, x.Channels),
    };

    private static FeatureMap Preprocessing(NetworkBuilder network, string name, FeatureMap x, int width) => network.BatchNormalization(
        $"{name}.op.2", network.Convolution($"{name}.op.1", network.Relu($"{name}.op.0", x), width, 1), affine: false);

    private static FeatureMap Separable(NetworkBuilder network, string name, FeatureMap x, int stride)
    {
        for (int half = 0; half < 2; half++)
        {
            string Layer(int position) => $"{name}.op.{(4 * half) + position}";
            x = network.Relu(Layer(0), x);
            x = network.Convolution(Layer(1), x, x.Channels, 3, half == 0 ? stride : 1, groups: x.Channels);
            x = network.BatchNormalization(Layer(3), network.Convolution(Layer(2), x, x.Channels, 1), affine: false);
        }

        return x;
    }

    /// <summary>Half the size by two 1×1 convolutions, one on the even pixels and one on the odd ones.</summary>
    private static FeatureMap Reduction(NetworkBuilder network, string name, FeatureMap x, int width)
    {
        FeatureMap active = network.Relu($"{name}.relu", x);
        FeatureMap even = network.Convolution($"{name}.conv_1", active, width / 2, 1, 2);
        FeatureMap odd = network.Convolution($"{name}.conv_2", network.WithoutFirstPixels($"{name}.shift", active), width - (width / 2), 1, 2);
        return network.BatchNormalization($"{name}.bn", network.Concatenate($"{name}.halves", [even, odd]), affine: false);
    }
}
