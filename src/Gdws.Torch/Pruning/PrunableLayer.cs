using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Torch.Training;

namespace Gdws.Torch.Pruning;

/// <summary>A convolution or linear layer whose weights can go.</summary>
/// <param name="Weight">The name of its weight.</param>
/// <param name="Bias">The name of its bias, or null.</param>
/// <param name="Normalization">Scale and shift of the batch normalisation that alone reads the layer's output, or none.</param>
internal sealed record PrunableLayer(string Weight, string? Bias, IReadOnlyList<string> Normalization)
{
    /// <summary>The layers of a network, in the order of execution.</summary>
    /// <param name="network">The network.</param>
    /// <param name="structure">Irregular: convolutions and linear layers. Otherwise convolutions; the outputs of a linear layer are classes.</param>
    /// <exception cref="GdwsException">There is none.</exception>
    public static IReadOnlyList<PrunableLayer> Of(TrainableNetwork network, PruningStructure structure)
    {
        OnnxModel model = network.Model;
        string[] operators = structure == PruningStructure.Irregular ? ["Conv", "Gemm", "MatMul"] : ["Conv"];
        HashSet<string> trained = [.. network.Parameters.Select(parameter => parameter.Name)];
        PrunableLayer[] layers =
        [
            .. model.Nodes.Where(node => operators.Contains(node.OpType) && node.Input.Count > 1 && trained.Contains(node.Input[1]))
                .DistinctBy(node => node.Input[1])
                .Select(node => new PrunableLayer(node.Input[1], BiasOf(node, trained), NormalizationOf(model, node, trained))),
        ];
        return layers.Length > 0 ? layers : throw new GdwsException($"{model.Source}: has no layer whose weights could be pruned");
    }

    /// <summary>All that a filter consists of besides its row of the weight.</summary>
    public IEnumerable<string> OfFilters => Bias is null ? Normalization : [Bias, .. Normalization];

    private static string? BiasOf(NodeProto node, HashSet<string> trained) =>
        node.OpType == "Conv" && node.Input.Count > 2 && trained.Contains(node.Input[2]) ? node.Input[2] : null;

    private static string[] NormalizationOf(OnnxModel model, NodeProto node, HashSet<string> trained) =>
        model.IsOutput(node.Output[0]) || model.Consumers(node.Output[0]) is not [{ OpType: "BatchNormalization" } next] || next.Input[0] != node.Output[0]
            ? []
            : [.. next.Input.Skip(1).Take(2).Where(trained.Contains)];
}
