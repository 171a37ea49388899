using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Tests.Execution;

namespace Gdws.Tests.Latency;

/// <summary>An engine whose networks take, on a clock of its own, the time that a law says, and compute nothing.</summary>
internal sealed class LawfulEngine(FakeClock clock) : IEngine
{
    public const double SecondsPerRun = 2e-5;

    /// <summary>Kernels at a time.</summary>
    public int Block { get; init; } = 16;

    /// <summary>How many times as long a number of kernels takes that is no multiple of the block.</summary>
    public double Penalty { get; init; } = 1;

    /// <summary>What layers take more in whole networks than by themselves.</summary>
    public double InNetworks { get; init; } = 1;

    public List<OnnxModel> Loaded { get; } = [];

    public string Name => "lawful";

    public IEngineSession Load(OnnxModel model, int threads)
    {
        Loaded.Add(model);
        double seconds = Seconds(model) / threads;
        NetworkSignature signature = NetworkSignature.Of(model);
        return new FakeSession(signature.ImageLength, signature.Classes, (_, batch, _) => clock.Advance(seconds * batch));
    }

    /// <summary>Seconds of a run of one image.</summary>
    public double Seconds(OnnxModel model)
    {
        double factor = model.Source == "a layer by itself" ? 1 : InNetworks;
        return SecondsPerRun + (factor * model.Convolutions.Sum(Seconds));
    }

    private double Seconds(ConvolutionLayer layer)
    {
        if (layer.Kind != ConvolutionKind.Gdws)
            return 1e-8 * layer.Macs;
        int blocks = (layer.Kernels + Block - 1) / Block;
        double penalty = layer.Kernels % Block == 0 ? 1 : Penalty;
        return 1.4e-8 * penalty * blocks * Block * (9 + layer.Outputs) * layer.OutputSize.Height * layer.OutputSize.Width;
    }
}
