using Gdws.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Gdws.Tests.Architectures;

/// <summary>Runs a network once with ONNX Runtime.</summary>
internal static class NetworkRun
{
    /// <summary>The network's only output for a batch.</summary>
    public static (int[] Shape, float[] Values) Run(this OnnxModel model, float[] images, params int[] shape)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 2, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = new(model.ToBytes(), options);
        NamedOnnxValue input = NamedOnnxValue.CreateFromTensor(model.Inputs[0].Name, new DenseTensor<float>(images, shape));
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run([input]);
        Tensor<float> output = outputs.Single().AsTensor<float>();
        return ([.. output.Dimensions], [.. output]);
    }

    public static float[] RandomImages(int length, int seed = 5)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextSingle())];
    }
}
