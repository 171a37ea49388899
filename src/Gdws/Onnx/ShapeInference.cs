namespace Gdws.Onnx;

internal static class ShapeInference
{
    public static IReadOnlyDictionary<string, TensorShape> Run(OnnxModel model) => throw new NotImplementedException(model.Source);
}
