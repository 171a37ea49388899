using Gdws.Onnx;
using Gdws.Onnx.Schema;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Torch.Operators;

/// <summary>Constants, sizes and conversions. Integers are sizes and indices: they stay on the CPU.</summary>
internal static class Constants
{
    public static Tensor ToTensor(TensorProto proto, torch.Device device, ScalarType precision)
    {
        long[] shape = [.. proto.Dims];
        if ((DataType)proto.DataType is DataType.Int64 or DataType.Int32)
            return Shaped(proto.ToIntegers(), shape, ScalarType.Int64);

        float[] values = proto.ToSingles();
        using Tensor tensor = values.Length == 0 ? torch.zeros(shape) : torch.tensor(values).reshape(shape);
        return tensor.to(precision, device, copy: true);
    }

    public static TorchOperator Constant(NodeContext node)
    {
        AttributeProto attribute = node.Node.Attribute.FirstOrDefault() ?? throw node.Error("has no value");
        Func<Tensor> make = attribute.Name switch
        {
            "value" => () => ToTensor(attribute.T, node.Device, node.Precision),
            "value_int" => () => Shaped([attribute.I], [], ScalarType.Int64),
            "value_ints" => () => Shaped([.. attribute.Ints], [attribute.Ints.Count], ScalarType.Int64),
            "value_float" => () => torch.tensor(attribute.F, node.Precision, node.Device),
            "value_floats" => () => torch.tensor(attribute.Floats.ToArray(), node.Precision, node.Device),
            _ => throw node.Error($"a constant given as {attribute.Name} isn't supported"),
        };
        return _ => make();
    }

    public static TorchOperator OfShape(NodeContext node)
    {
        TensorProto? value = node.Node.Find("value")?.T;
        return inputs =>
        {
            using Tensor one = value is null ? torch.zeros([1], node.Precision, node.Device) : ToTensor(value, node.Device, node.Precision);
            return one.expand(NodeContext.Integers(inputs[0]!)).contiguous();
        };
    }

    public static TorchOperator Shape(NodeContext node)
    {
        long first = node.Node.Integer("start", 0);
        long end = node.Node.Integer("end", long.MaxValue);
        return inputs =>
        {
            long[] shape = inputs[0]!.shape;
            long from = Math.Clamp(first < 0 ? first + shape.Length : first, 0, shape.Length);
            long to = Math.Clamp(end < 0 ? end + shape.Length : end, from, shape.Length);
            return Shaped(shape[(int)from..(int)to], [to - from], ScalarType.Int64);
        };
    }

    /// <summary>Every real type is computed in one precision, every integer type in 64 bits.</summary>
    public static TorchOperator Cast(NodeContext node)
    {
        DataType type = (DataType)node.Node.Integer("to", 0);
        return type switch
        {
            DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double => inputs => torch.is_floating_point(inputs[0]!)
                ? inputs[0]!.alias()
                : inputs[0]!.to(node.Precision, node.Device, copy: true),
            DataType.Int64 or DataType.Int32 => inputs => inputs[0]!.to(ScalarType.Int64, torch.CPU, copy: true),
            _ => throw node.Error($"a conversion to {type} isn't supported"),
        };
    }

    private static Tensor Shaped(long[] values, long[] shape, ScalarType type)
    {
        if (values.Length == 0)
            return torch.zeros(shape, type);
        using Tensor flat = torch.tensor(values, type);
        return flat.reshape(shape);
    }
}
