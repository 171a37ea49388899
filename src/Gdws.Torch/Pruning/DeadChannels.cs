using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Torch.Pruning;

/// <summary>
/// Removes the channels of a network that are zero for every image and that only one next layer reads, exactly: the network's outputs stay what they were
/// (up to the order of sums). A channel that reaches an addition (the end of a residual block) or an output stays.
/// </summary>
internal static class DeadChannels
{
    /// <summary>Removes them, one layer after the other.</summary>
    /// <param name="model">The network.</param>
    /// <returns>The network without them, and how many they were.</returns>
    public static (OnnxModel Network, int Removed) RemoveFrom(OnnxModel model)
    {
        ModelProto proto = model.Proto.Clone();
        OnnxModel network = new(proto, model.Source);
        Dictionary<string, TensorProto> replaced = new(StringComparer.Ordinal);
        int removed = 0;
        foreach (NodeProto node in network.Nodes.Where(node => node.Is("Conv")))
        {
            if (DeadChannelPath.From(network, node, replaced) is not { } path)
                continue;
            foreach ((string name, TensorProto tensor) in path.WithoutDead())
                replaced[name] = tensor;
            removed += path.Dead.Count;
        }

        if (removed == 0)
            return (model, 0);
        for (int i = 0; i < proto.Graph.Initializer.Count; i++)
        {
            if (replaced.TryGetValue(proto.Graph.Initializer[i].Name, out TensorProto? tensor))
                proto.Graph.Initializer[i] = tensor;
        }

        // Recorded shapes of what lies between don't hold any more; inference finds the new ones.
        proto.Graph.ValueInfo.Clear();
        return (new OnnxModel(proto, model.Source), removed);
    }
}
