using Gdws.Execution;
using Gdws.OnnxRuntime;

namespace Gdws.Cli;

/// <summary>The engines by the names that they have on the command line.</summary>
internal static class Engines
{
    public const string OnnxRuntime = "onnxruntime";

    public static string[] Names { get; } = [OnnxRuntime];

    public static IEngine Create(string name) => name switch
    {
        OnnxRuntime => new OnnxRuntimeEngine(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such engine"),
    };
}
