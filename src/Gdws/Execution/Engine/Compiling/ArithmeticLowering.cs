using Gdws.Execution.Engine.Kernels;
using Gdws.Execution.Engine.Steps;
using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Execution.Engine.Compiling;

/// <summary>Arithmetic on single values.</summary>
internal static class ArithmeticLowering
{
    private const int BatchNormalizationInputs = 5;

    public static void BatchNormalization(NetworkLowering lowering, NodeProto node)
    {
        MapValue x = lowering.Input(node, 0);
        if (node.Integer("training_mode", 0) != 0)
            throw lowering.Unsupported(node, "it computes its statistics from the batch");

        float[][] parameters = [.. Enumerable.Range(1, BatchNormalizationInputs - 1).Select(i => lowering.RequiredConstant(node, i))];
        if (parameters.Any(p => p.Length != x.Channels))
            throw lowering.Unsupported(node, $"its parameters aren't one for each of {x.Channels} channels");
        (float[] gamma, float[] beta, float[] mean, float[] variance) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        float epsilon = node.Real("epsilon", 1e-5f);
        double[] scale = [.. gamma.Select((g, c) => g / Math.Sqrt((double)variance[c] + epsilon))];
        double[] shift = [.. beta.Select((b, c) => b - (mean[c] * scale[c]))];
        lowering.Fusion.Affine(node, x, scale, shift);
    }

    public static void Combine(NetworkLowering lowering, NodeProto node, Arithmetic operation)
    {
        if (node.Input.Count != 2)
            throw lowering.Unsupported(node, $"it has {node.Input.Count} operands, expected 2");
        if (lowering.IsMap(node, 0) && lowering.IsMap(node, 1))
            CombineMaps(lowering, node, operation, lowering.Input(node, 0), lowering.Input(node, 1));
        else
            CombineWithConstant(lowering, node, operation, map: lowering.IsMap(node, 0) ? 0 : 1);
    }

    public static void Negate(NetworkLowering lowering, NodeProto node)
    {
        MapValue x = lowering.Input(node, 0);
        lowering.Fusion.Affine(node, x, [.. Enumerable.Repeat(-1d, x.Channels)], new double[x.Channels]);
    }

    /// <summary>The limits moved from attributes to inputs in opset 11.</summary>
    public static void Clip(NetworkLowering lowering, NodeProto node)
    {
        float low = HasInput(1) ? lowering.RequiredConstant(node, 1)[0] : node.Real("min", float.NegativeInfinity);
        float high = HasInput(2) ? lowering.RequiredConstant(node, 2)[0] : node.Real("max", float.PositiveInfinity);
        lowering.Fusion.Limit(node, lowering.Input(node, 0), new Clamp(low, high));

        bool HasInput(int index) => index < node.Input.Count && node.Input[index].Length > 0;
    }

    public static void Softmax(NetworkLowering lowering, NodeProto node, bool isLogarithm)
    {
        // Before opset 13 everything from the axis on was one list.
        MapValue x = lowering.Input(node, 0);
        int rank = lowering.Model.Shapes[node.Input[0]].Rank;
        bool isList = lowering.Model.Opset < 13;
        long axis = node.Integer("axis", isList ? 1 : -1);
        axis = axis < 0 ? axis + rank : axis;
        if (axis != 1 || (isList && x.Height * x.Width != 1))
            throw lowering.Unsupported(node, $"its axis {axis} isn't that of the channels");
        lowering.Steps.Add(new SoftmaxStep(x, lowering.NewOutput(node), isLogarithm));
    }

    private static void CombineMaps(NetworkLowering lowering, NodeProto node, Arithmetic operation, MapValue a, MapValue b)
    {
        bool isSame = (a.Channels, a.Height, a.Width) == (b.Channels, b.Height, b.Width);
        if (isSame && operation == Arithmetic.Add)
        {
            lowering.Fusion.Add(node, a, b);
            return;
        }

        bool canSwap = operation is Arithmetic.Add or Arithmetic.Multiply;
        if (!isSame && canSwap && a.Height * a.Width == 1)
            (a, b) = (b, a);
        if (!isSame && (a.Channels != b.Channels || b.Height * b.Width != 1))
        {
            throw lowering.Unsupported(
                node, $"its operands are {a.Channels}×{a.Height}×{a.Width} and {b.Channels}×{b.Height}×{b.Width}, expected two of a size or one value a channel");
        }

        lowering.Steps.Add(new CombineStep(operation, a, b, lowering.NewOutput(node)));
    }

    private static void CombineWithConstant(NetworkLowering lowering, NodeProto node, Arithmetic operation, int map)
    {
        MapValue x = lowering.Input(node, map);
        double[] values = PerChannel(lowering, node, 1 - map, x, lowering.Model.Shapes[node.Input[map]].Rank);
        double[] ones = [.. Enumerable.Repeat(1d, x.Channels)];
        double[] zeros = new double[x.Channels];
        bool isFirst = map == 0;
        (double[] scale, double[] shift) = operation switch
        {
            Arithmetic.Add => (ones, values),
            Arithmetic.Subtract when isFirst => (ones, values.Select(v => -v).ToArray()),
            Arithmetic.Subtract => (ones.Select(v => -v).ToArray(), values),
            Arithmetic.Multiply => (values, zeros),
            Arithmetic.Divide when isFirst => (values.Select(v => 1 / v).ToArray(), zeros),
            _ => throw lowering.Unsupported(node, "it divides a constant by a map"),
        };
        lowering.Fusion.Affine(node, x, scale, shift);
    }

    /// <summary>A constant as one value a channel.</summary>
    private static double[] PerChannel(NetworkLowering lowering, NodeProto node, int index, MapValue x, int rank)
    {
        float[] values = lowering.RequiredConstant(node, index);
        int[] shape = lowering.Model.Constant(node.Input[index])!.Shape();
        if (values.Length == 1 && shape.Length <= rank)
            return [.. Enumerable.Repeat((double)values[0], x.Channels)];

        int fromEnd = rank == 4 ? 3 : 1;
        bool isOneAChannel = values.Length == x.Channels && shape.Length >= fromEnd && shape.Length <= rank && shape[^fromEnd] == x.Channels;
        return isOneAChannel
            ? [.. values.Select(v => (double)v)]
            : throw lowering.Unsupported(node, $"a constant of shape [{string.Join(", ", shape)}] isn't one value for each of {x.Channels} channels");
    }
}
