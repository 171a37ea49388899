using Gdws.Onnx.Schema;
using Google.Protobuf;

namespace Gdws.Tests.Execution.Engine;

internal static class NodeText
{
    public static NodeProto WithText(this NodeProto node, string name, string value)
    {
        node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) });
        return node;
    }
}
