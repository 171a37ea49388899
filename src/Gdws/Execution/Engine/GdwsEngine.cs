using Gdws.Execution.Engine.Kernels;
using Gdws.Onnx;

namespace Gdws.Execution.Engine;

/// <summary>
/// Our own engine: managed code without any native dependency, made for GDWS convolutions. Depthwise and pointwise part run as one,
/// without the gathered map in between; normalisation, biases, ReLUs and additions are part of the convolution before them.
/// </summary>
public sealed class GdwsEngine : IEngine
{
    private readonly InstructionSet _instructionSet;

    /// <summary>The engine on the widest vectors that the machine has.</summary>
    public GdwsEngine()
        : this(InstructionSets.Best)
    {
    }

    internal GdwsEngine(InstructionSet instructionSet) => _instructionSet = instructionSet;

    /// <inheritdoc/>
    public string Name => "gdws";

    /// <inheritdoc/>
    IEngineSession IEngine.Load(OnnxModel model, int threads) => Load(model, threads);

    /// <summary>Prepares a network for running.</summary>
    /// <param name="model">The network; one fp32 image input <c>[N, C, H, W]</c>, one output <c>[N, classes]</c>.</param>
    /// <param name="threads">Threads that one run may use, at least 1; the result doesn't depend on it, bit for bit.</param>
    /// <exception cref="GdwsException">The engine can't run the network; the message names the node.</exception>
    public InferenceSession Load(OnnxModel model, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        return new InferenceSession(new CompiledNetwork(model, _instructionSet), threads);
    }
}
