using Gdws.Execution;
using Gdws.OnnxRuntime;
using Gdws.Torch;

namespace Gdws.Benchmarks;

/// <summary>The engines that ours is compared with.</summary>
internal static class OtherEngines
{
    public static IEngine Of(string name) => name switch
    {
        "onnxruntime" => new OnnxRuntimeEngine(),
        "torch" => new TorchEngine(),
        _ => throw new GdwsException($"no engine {name}, there are onnxruntime and torch"),
    };
}
