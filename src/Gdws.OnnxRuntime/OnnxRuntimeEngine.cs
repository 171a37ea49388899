using Gdws.Execution;
using Gdws.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Gdws.OnnxRuntime;

/// <summary>Runs networks with ONNX Runtime on the CPU, the deployment that most users have.</summary>
public sealed class OnnxRuntimeEngine : IEngine
{
    private static readonly Lock EnvironmentLock = new();

    /// <inheritdoc/>
    public string Name => "onnxruntime";

    /// <inheritdoc/>
    public IEngineSession Load(OnnxModel model, int threads)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        NetworkSignature signature = NetworkSignature.Of(model);
        SilenceLog();
        using SessionOptions options = new()
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };

        // Threads may spin while a run lasts, which is how people deploy it, but not afterwards:
        // a session that waits for its turn must not take processor time from the one that is being measured.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        try
        {
            return new OnnxRuntimeSession(new InferenceSession(model.ToBytes(), options), signature, model.Source);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new GdwsException($"{model.Source}: ONNX Runtime can't load it: {OneLine(exception.Message)}", exception);
        }
    }

    /// <summary>The message without the code and the line breaks that ONNX Runtime puts around it.</summary>
    internal static string OneLine(string message)
    {
        const StringSplitOptions tidy = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        string line = string.Join(' ', message.Split((char[])['\r', '\n'], tidy));
        int code = line.StartsWith("[ErrorCode:", StringComparison.Ordinal) ? line.IndexOf(']', StringComparison.Ordinal) : -1;
        return line[(code + 1)..].Trim();
    }

    /// <summary>Its own log would go to the terminal between our lines; what is worth knowing comes as an exception too.</summary>
    private static void SilenceLog()
    {
        lock (EnvironmentLock)
        {
            if (!OrtEnv.IsCreated)
            {
                EnvironmentCreationOptions options = new() { logId = "gdws", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
                OrtEnv.CreateInstanceWithOptions(ref options);
            }
        }
    }
}
