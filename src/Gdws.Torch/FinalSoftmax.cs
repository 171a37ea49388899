using Gdws.Onnx;

namespace Gdws.Torch;

/// <summary>Finds the softmax that turns a network's logits into probabilities.</summary>
internal static class FinalSoftmax
{
    /// <summary>The output of that softmax; nothing where the network ends otherwise.</summary>
    public static HashSet<string> Find(OnnxModel model)
    {
        string value = model.Graph.Output[0].Name;
        while (model.Producer(value) is { } node && node.Input.Count > 0 && node.Output[0] == value)
        {
            if (node.Is("Softmax"))
                return model.Consumers(value).Count <= 1 ? [value] : [];
            if (node.OpType is not ("Identity" or "Dropout" or "Reshape" or "Flatten" or "Squeeze" or "Cast"))
                break;
            value = node.Input[0];
        }

        return [];
    }
}
