using Gdws.Execution;
using Gdws.Execution.Engine;
using Gdws.OnnxRuntime;
using Gdws.Torch;

namespace Gdws.Cli;

/// <summary>The engines by the names that they have on the command line.</summary>
internal static class Engines
{
    public const string OnnxRuntime = "onnxruntime";
    public const string Torch = "torch";
    public const string Gdws = "gdws";

    public static string[] Names { get; } = [OnnxRuntime, Gdws, Torch];

    public static IEngine Create(string name) => name switch
    {
        OnnxRuntime => new OnnxRuntimeEngine(),
        Gdws => new GdwsEngine(),
        Torch => new TorchEngine(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such engine"),
    };
}
