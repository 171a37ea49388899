using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>The standard nodes that carry an <see cref="InputConversion"/> out: at most Mul, Gather, Sub, Div, in that order.</summary>
internal sealed class InputConversionNodes
{
    private readonly Func<string, string> _name;

    /// <param name="conversion">What is to be done.</param>
    /// <param name="channels">C of the images.</param>
    /// <param name="input">The value that holds them.</param>
    /// <param name="name">Turns a wanted name into a free one.</param>
    public InputConversionNodes(InputConversion conversion, int channels, string input, Func<string, string>? name = null)
    {
        _name = name ?? (wanted => wanted);
        Output = input;
        if (conversion.Scale != 1)
            Append("Mul", "normalize.scale", OnnxTensor.Create(_name("normalize.white"), [], [(float)conversion.Scale]));
        if (conversion.ChannelOrder == ChannelOrder.Bgr)
            Append("Gather", "normalize.reorder", OnnxTensor.Create(_name("normalize.order"), [3], [2L, 1L, 0L])).With("axis", 1);

        // Two nodes rather than one multiplication and addition: the result is that of (x - mean) / std to the last bit.
        if (conversion.Mean.Count > 0)
        {
            Append("Sub", "normalize.shift", OnnxTensor.Create(_name("normalize.mean"), [1, channels, 1, 1], [.. conversion.Mean]));
            Append("Div", "normalize.divide", OnnxTensor.Create(_name("normalize.std"), [1, channels, 1, 1], [.. conversion.StandardDeviation]));
        }
    }

    /// <summary>In the order of execution.</summary>
    public List<NodeProto> Nodes { get; } = [];

    public List<TensorProto> Initializers { get; } = [];

    /// <summary>The value that the last node makes, or the input where there is none.</summary>
    public string Output { get; private set; }

    private NodeProto Append(string operatorName, string name, TensorProto constant)
    {
        string free = _name(name);
        NodeProto node = new() { OpType = operatorName, Name = free };
        node.Input.Add([Output, constant.Name]);
        node.Output.Add(free);
        Nodes.Add(node);
        Initializers.Add(constant);
        Output = free;
        return node;
    }
}
