using Gdws.Onnx;
using Gdws.Onnx.Schema;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Torch.Training;

/// <summary>Writes trained weights back into a network.</summary>
internal static class TrainedWeights
{
    /// <summary>The same network with other constants.</summary>
    /// <param name="model">The network.</param>
    /// <param name="values">The new elements by the constant's name; each keeps its type and shape.</param>
    public static OnnxModel Into(OnnxModel model, IReadOnlyDictionary<string, float[]> values)
    {
        ModelProto proto = model.Proto.Clone();
        for (int i = 0; i < proto.Graph.Initializer.Count; i++)
        {
            TensorProto tensor = proto.Graph.Initializer[i];
            if (values.TryGetValue(tensor.Name, out float[]? elements))
                proto.Graph.Initializer[i] = Alike(tensor, elements);
        }

        foreach (NodeProto node in proto.Graph.Node.Where(node => node.Is("Constant") && node.Output.Count == 1))
        {
            if (values.TryGetValue(node.Output[0], out float[]? elements) && node.Find("value") is { } value)
                value.T = Alike(value.T, elements);
        }

        return new OnnxModel(proto, model.Source);
    }

    /// <summary>Makes sure that a constant can be written back.</summary>
    /// <exception cref="GdwsException">It is neither of single nor of half precision.</exception>
    public static void RequireType(OnnxModel model, string name)
    {
        DataType type = (DataType)model.Constant(name)!.DataType;
        if (type is not (DataType.Float or DataType.Float16))
            throw new GdwsException($"{model.Source}: the weight {name} is of type {type.ToString().ToLowerInvariant()}, which can't be trained; expected float or float16");
    }

    private static TensorProto Alike(TensorProto tensor, float[] elements) => (DataType)tensor.DataType == DataType.Float16
        ? OnnxTensor.CreateHalf(tensor.Name, tensor.Shape(), elements)
        : OnnxTensor.Create(tensor.Name, tensor.Shape(), elements);
}
