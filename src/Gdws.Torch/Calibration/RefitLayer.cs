using Gdws.Onnx;

namespace Gdws.Torch.Calibration;

/// <summary>A layer that is linear in what is to be fitted: output = weight · row + bias at every position of its map.</summary>
/// <param name="output">The value that it makes, of the same name in both networks.</param>
/// <param name="weight">The name of the constant that is fitted, in the approximated network.</param>
/// <param name="bias">The name of its bias there.</param>
internal abstract class RefitLayer(string output, string weight, string bias)
{
    /// <summary>The value that the layer makes, of the same name in both networks.</summary>
    public string Output { get; } = output;

    /// <summary>The constant that is fitted.</summary>
    public string Weight { get; } = weight;

    /// <summary>The bias.</summary>
    public string Bias { get; } = bias;

    /// <summary>Unknowns an output.</summary>
    public abstract long Unknowns { get; }

    /// <summary>M.</summary>
    public abstract long Outputs { get; }

    /// <summary>Its convolution in the dense network; null for a linear layer.</summary>
    public abstract ConvolutionLayer? Convolution { get; }

    /// <summary>Draws positions of its map.</summary>
    public abstract long[] Draw(int seed, int stream, int batch, int most);

    /// <summary>What its weight is multiplied by, <c>[N·P, unknowns]</c>.</summary>
    /// <param name="run">The approximated network's run.</param>
    /// <param name="positions"><c>[P]</c>.</param>
    public abstract Tensor Rows(TorchRun run, long[] positions);

    /// <summary>A map of the output's size at some positions, <c>[N·P, M]</c>.</summary>
    public abstract Tensor At(Tensor map, long[] positions);
}
