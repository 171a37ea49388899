using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Torch.Calibration;

/// <summary>Finds the layers of an approximated network whose weights can be fitted, in the order of the network.</summary>
internal static class RefitLayers
{
    /// <summary>
    /// The layers that stay dense behind a GDWS one: their inputs aren't what they were, so their weights can make good for some of it without a MAC more.
    /// </summary>
    /// <param name="approximated">The approximated network.</param>
    public static IEnumerable<NodeProto> DenseBehind(OnnxModel approximated)
    {
        HashSet<string> changed = [.. approximated.Convolutions.Where(layer => layer.Kind == ConvolutionKind.Gdws).Select(layer => layer.Output)];
        HashSet<NodeProto> ofGdws = new(ReferenceEqualityComparer.Instance);
        foreach (ConvolutionLayer layer in approximated.Convolutions.Where(layer => layer.Kind == ConvolutionKind.Gdws))
        {
            ofGdws.Add(layer.Node);
            ofGdws.Add(layer.PointwiseNode!);
        }

        foreach (NodeProto node in approximated.Nodes)
        {
            if (!node.Input.Any(changed.Contains))
                continue;
            changed.UnionWith(node.Output);
            if (!ofGdws.Contains(node) && LayerWeights.CanReplace(approximated, node) && HasKnownMap(approximated, node))
                yield return node;
        }
    }

    /// <summary>All layers to fit, in order.</summary>
    /// <param name="dense">The dense network.</param>
    /// <param name="approximated">The approximated network; all of these layers have a bias.</param>
    /// <param name="stays">Nodes of <see cref="DenseBehind"/>, by the values that they make.</param>
    public static IReadOnlyList<RefitLayer> Of(OnnxModel dense, OnnxModel approximated, IReadOnlySet<string> stays)
    {
        Dictionary<string, ConvolutionLayer> originals = dense.Convolutions.ToDictionary(layer => layer.Output, StringComparer.Ordinal);
        Dictionary<string, ConvolutionLayer> gdws = approximated.Convolutions.Where(layer => layer.Kind == ConvolutionKind.Gdws)
            .ToDictionary(layer => layer.Output, StringComparer.Ordinal);
        List<RefitLayer> layers = [];
        foreach (NodeProto node in approximated.Nodes.Where(node => node.Output.Count > 0))
        {
            string output = node.Output[0];
            if (gdws.TryGetValue(output, out ConvolutionLayer? replaced))
                layers.Add(new GdwsRefitLayer(originals[output], replaced));
            else if (stays.Contains(output) && originals.TryGetValue(output, out ConvolutionLayer? convolution))
                layers.Add(new DenseRefitLayer(convolution, node.Input[1], node.Input[2]));
            else if (stays.Contains(output))
                layers.Add(Linear(approximated, node));
        }

        return layers;
    }

    private static LinearRefitLayer Linear(OnnxModel approximated, NodeProto node)
    {
        TensorProto weight = approximated.Constant(node.Input[1])!;
        return new LinearRefitLayer(node, (int)weight.Dims[1], (int)weight.Dims[0], node.Input[1], node.Input[2]);
    }

    private static bool HasKnownMap(OnnxModel network, NodeProto node) =>
        node.Is("Gemm") || network.Convolutions.Any(layer => ReferenceEquals(layer.Node, node) && layer.OutputSize.Height > 0 && layer.InputSize.Height > 0);
}
