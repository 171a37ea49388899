using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>Reads a node's attributes with their defaults, and describes nodes in messages.</summary>
public static class NodeAttributes
{
    /// <summary>The attribute of that name, or null.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The attribute's name.</param>
    public static AttributeProto? Find(this NodeProto node, string name)
    {
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (attribute.Name == name)
                return attribute;
        }

        return null;
    }

    /// <summary>An integer attribute.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The attribute's name.</param>
    /// <param name="fallback">The value where the attribute is absent.</param>
    public static long Integer(this NodeProto node, string name, long fallback) => node.Find(name)?.I ?? fallback;

    /// <summary>A real attribute.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The attribute's name.</param>
    /// <param name="fallback">The value where the attribute is absent.</param>
    public static float Real(this NodeProto node, string name, float fallback) => node.Find(name)?.F ?? fallback;

    /// <summary>A text attribute.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The attribute's name.</param>
    /// <param name="fallback">The value where the attribute is absent.</param>
    public static string Text(this NodeProto node, string name, string fallback) => node.Find(name)?.S.ToStringUtf8() ?? fallback;

    /// <summary>An attribute that is a list of integers, or null where it is absent.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The attribute's name.</param>
    public static long[]? Integers(this NodeProto node, string name) => node.Find(name) is { } found ? [.. found.Ints] : null;

    /// <summary>Adds an integer attribute.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The node.</returns>
    public static NodeProto With(this NodeProto node, string name, long value)
    {
        node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value });
        return node;
    }

    /// <summary>Adds a real attribute.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The node.</returns>
    public static NodeProto With(this NodeProto node, string name, float value)
    {
        node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value });
        return node;
    }

    /// <summary>Adds an attribute that is a list of integers.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The attribute's name.</param>
    /// <param name="values">Its values.</param>
    /// <returns>The node.</returns>
    public static NodeProto WithList(this NodeProto node, string name, params long[] values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.Add(values);
        node.Attribute.Add(attribute);
        return node;
    }

    /// <summary>Names a node in a message, e.g. <c>Conv "layer1.0.conv1"</c>; a nameless node is known by its output.</summary>
    /// <param name="node">The node.</param>
    public static string Describe(this NodeProto node)
    {
        string name = node.Name.Length > 0 ? node.Name : node.Output.Count > 0 ? $"(output) {node.Output[0]}" : "(no name)";
        string domain = node.Domain is "" or "ai.onnx" ? "" : node.Domain + ".";
        return $"{domain}{node.OpType} \"{name}\"";
    }

    /// <summary>Whether the node is the standard operator of that name.</summary>
    /// <param name="node">The node.</param>
    /// <param name="operatorName">E.g. <c>Conv</c>.</param>
    public static bool Is(this NodeProto node, string operatorName) => node.OpType == operatorName && (node.Domain is "" or "ai.onnx");
}
