using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

internal static class OnnxFile
{
    public static ModelProto Read(string path) => throw new NotImplementedException(path);

    public static void Write(ModelProto model, string path) => throw new NotImplementedException(path);
}
