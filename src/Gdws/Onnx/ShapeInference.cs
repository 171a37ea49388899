using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>
/// Tells the shape of every value of a network, as far as the operators of CNNs go. A batch dimension that the model leaves open
/// counts as 1. Values behind operators that we don't know have the shape that the model itself declares, or none.
/// </summary>
internal static class ShapeInference
{
    /// <summary>Runs the inference.</summary>
    /// <exception cref="InvalidFileException">Two things that must agree don't; the message names the node.</exception>
    public static IReadOnlyDictionary<string, TensorShape> Run(OnnxModel model)
    {
        ShapeContext context = new(model);
        foreach (ValueInfoProto input in model.Graph.Input)
            context.Declare(input.Name, Declared(input, isInput: true));
        foreach (TensorProto tensor in model.Graph.Initializer)
            context.Declare(tensor.Name, new TensorShape(tensor.Shape()));

        Dictionary<string, TensorShape?> declared = new(StringComparer.Ordinal);
        foreach (ValueInfoProto value in model.Graph.ValueInfo.Concat(model.Graph.Output))
            declared[value.Name] = Declared(value, isInput: false);

        foreach (NodeProto node in model.Nodes)
        {
            try
            {
                IReadOnlyList<TensorShape?> shapes = ShapeRules.Apply(context, node);
                for (int i = 0; i < node.Output.Count; i++)
                {
                    string output = node.Output[i];
                    context.Declare(output, (i < shapes.Count ? shapes[i] : null) ?? declared.GetValueOrDefault(output));
                }
            }
            catch (Exception exception) when (exception is OverflowException or ArgumentOutOfRangeException or IndexOutOfRangeException)
            {
                throw new InvalidFileException(model.Source, $"{node.Describe()}: its attributes don't fit its inputs", exception);
            }
        }

        return context.Shapes;
    }

    private static TensorShape? Declared(ValueInfoProto value, bool isInput)
    {
        if (value.Type?.TensorType?.Shape is not { } shape)
            return null;

        int[] dimensions = new int[shape.Dim.Count];
        for (int i = 0; i < dimensions.Length; i++)
        {
            bool isKnown = shape.Dim[i].ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue
                && shape.Dim[i].DimValue is > 0 and <= int.MaxValue;
            if (isKnown)
                dimensions[i] = (int)shape.Dim[i].DimValue;
            else if (i == 0 && (isInput || dimensions.Length > 1))
                dimensions[i] = 1;
            else
                return null;
        }

        return new TensorShape(dimensions);
    }
}
