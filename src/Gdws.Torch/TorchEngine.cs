using Gdws.Execution;
using Gdws.Onnx;

namespace Gdws.Torch;

/// <summary>Runs networks on libtorch, by default on the CPU.</summary>
/// <param name="device">Where; null for the CPU.</param>
public sealed class TorchEngine(torch.Device? device = null) : IEngine
{
    /// <inheritdoc/>
    public string Name => "torch";

    /// <inheritdoc/>
    /// <remarks>libtorch has one number of threads for the whole process: it is set before every run.</remarks>
    public IEngineSession Load(OnnxModel model, int threads)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        TorchRuntime.Threads = threads;
        return new TorchEngineSession(new TorchNetwork(model, device), threads);
    }
}
