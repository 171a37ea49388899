using Gdws.Onnx;

namespace Gdws.Torch.Calibration;

/// <summary>A GDWS convolution: its kernels stay, its pointwise weights are fitted.</summary>
/// <param name="dense">The convolution in the dense network.</param>
/// <param name="gdws">The same in the approximated one; its pointwise part has a bias.</param>
internal sealed class GdwsRefitLayer(ConvolutionLayer dense, ConvolutionLayer gdws)
    : RefitLayer(dense.Output, gdws.PointwiseNode!.Input[1], gdws.PointwiseNode.Input[2])
{
    private readonly LayerGeometry _geometry = new(dense);

    /// <summary>The kernels' name in the approximated network.</summary>
    public string Depthwise => gdws.WeightName;

    /// <summary>The channel of every kernel.</summary>
    public int[] Map => gdws.Kernels == dense.Inputs && gdws.GatherNode is null ? [.. Enumerable.Range(0, gdws.Kernels)] : [.. gdws.ChannelMap];

    /// <summary>K².</summary>
    public int Taps => dense.KernelHeight * dense.KernelWidth;

    public override long Unknowns => gdws.Kernels;

    public override long Outputs => dense.Outputs;

    public override ConvolutionLayer Convolution => dense;

    public override long[] Draw(int seed, int stream, int batch, int most) => _geometry.Draw(seed, stream, batch, most);

    public override Tensor Rows(TorchRun run, long[] positions) => LayerGeometry.At(run.Value(gdws.Node.Output[0]), positions);

    public override Tensor At(Tensor map, long[] positions) => LayerGeometry.At(map, positions);
}
