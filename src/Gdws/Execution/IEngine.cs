using Gdws.Onnx;

namespace Gdws.Execution;

/// <summary>A way to run networks: ONNX Runtime, libtorch or our own.</summary>
public interface IEngine
{
    /// <summary>The name on the command line, e.g. <c>onnxruntime</c>.</summary>
    string Name { get; }

    /// <summary>Prepares a network for running.</summary>
    /// <param name="model">The network; one image input <c>[N, C, H, W]</c>, one output <c>[N, classes]</c>.</param>
    /// <param name="threads">Threads that one run may use, at least 1.</param>
    /// <exception cref="GdwsException">The engine can't run the network; the message names the node.</exception>
    IEngineSession Load(OnnxModel model, int threads);
}
