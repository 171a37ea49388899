using Gdws.Onnx;
using Gdws.Tests.Decomposition;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Gdws.Tests.Planning;

/// <summary>Runs a network in ONNX Runtime, as its users do.</summary>
internal static class OrtRunner
{
    public static float[] Run(OnnxModel network, params int[] shape)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = new(network.ToBytes(), options);
        float[] values = RandomWeights.Normal(99, shape.Aggregate(1, (a, b) => a * b));
        bool isHalf = session.InputMetadata["images"].ElementType == typeof(Float16);
        NamedOnnxValue input = isHalf
            ? NamedOnnxValue.CreateFromTensor("images", new DenseTensor<Float16>(values.Select(v => (Float16)v).ToArray(), shape))
            : NamedOnnxValue.CreateFromTensor("images", new DenseTensor<float>(values, shape));

        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run([input]);
        return isHalf
            ? [.. results[0].AsEnumerable<Float16>().Select(v => (float)v)]
            : [.. results[0].AsEnumerable<float>()];
    }

    public static void AssertClose(float[] expected, float[] actual, double relative)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = Math.Sqrt(RandomWeights.Squares(expected) / expected.Length);
        Assert.True(scale > 0);
        double largest = expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max();
        Assert.True(largest <= relative * scale, $"differs by {largest}, {largest / scale} of {scale}");
    }
}
