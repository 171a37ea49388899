using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Torch.Calibration;

/// <summary>A linear layer, as at the end of a classifier.</summary>
/// <param name="node">The <c>Gemm</c>.</param>
/// <param name="unknowns">Its inputs.</param>
/// <param name="outputs">M.</param>
/// <param name="weight">The name of its weight <c>[M, inputs]</c> in the approximated network.</param>
/// <param name="bias">The name of its bias there.</param>
internal sealed class LinearRefitLayer(NodeProto node, int unknowns, int outputs, string weight, string bias) : RefitLayer(node.Output[0], weight, bias)
{
    private static readonly long[] _onlyPosition = [0];

    public override long Unknowns => unknowns;

    public override long Outputs => outputs;

    public override ConvolutionLayer? Convolution => null;

    public override long[] Draw(int seed, int stream, int batch, int most) => _onlyPosition;

    public override Tensor Rows(TorchRun run, long[] positions) => run.Value(node.Input[0]).clone();

    public override Tensor At(Tensor map, long[] positions) => map.clone();
}
