using Gdws.Onnx;

namespace Gdws.Torch.Calibration;

/// <summary>A convolution that stays as it is, behind others that don't: a 1×1 shortcut, or a layer for which GDWS doesn't pay.</summary>
/// <param name="dense">The convolution in the dense network.</param>
/// <param name="weight">The name of its weight in the approximated one.</param>
/// <param name="bias">The name of its bias there.</param>
internal sealed class DenseRefitLayer(ConvolutionLayer dense, string weight, string bias) : RefitLayer(dense.Output, weight, bias)
{
    private readonly LayerGeometry _geometry = new(dense);

    public override long Unknowns => (long)dense.Inputs * dense.KernelHeight * dense.KernelWidth;

    public override long Outputs => dense.Outputs;

    public override ConvolutionLayer Convolution => dense;

    public override long[] Draw(int seed, int stream, int batch, int most) => _geometry.Draw(seed, stream, batch, most);

    public override Tensor Rows(TorchRun run, long[] positions) => _geometry.Patches(run.Value(dense.Input), positions);

    public override Tensor At(Tensor map, long[] positions) => LayerGeometry.At(map, positions);
}
