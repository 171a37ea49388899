using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Torch.Calibration;

/// <summary>
/// The rectifier that a convolution's outputs go through next. Where the dense network's value is cut off, any value that is cut off too is as good.
/// </summary>
/// <remarks>
/// Minimising ‖r(y) − r(t)‖² over y = P z + b with r the rectifier: with the present outputs ŷ the targets become t where t is above the threshold θ, else
/// min(ŷ, θ); least squares on these can't raise the error, and is repeated (after Zhang et al. 2015, arXiv 1411.4229, without their auxiliary variables).
/// </remarks>
/// <param name="Threshold">θ, <c>[M]</c>, in units of the convolution's output.</param>
/// <param name="Sign">1 where values above θ pass, −1 where those below do, <c>[M]</c> (a batch normalisation may turn them around).</param>
internal sealed record RectifiedTarget(float[] Threshold, float[] Sign)
{
    /// <summary>Finds the rectifier of a convolution.</summary>
    /// <param name="network">The dense network.</param>
    /// <param name="output">The value that the convolution makes.</param>
    /// <param name="outputs">M.</param>
    /// <returns>Null where its outputs go elsewhere or elsewhere too.</returns>
    public static RectifiedTarget? Of(OnnxModel network, string output, int outputs)
    {
        float[] threshold = new float[outputs], sign = new float[outputs];
        Array.Fill(sign, 1);
        string value = output;
        if (network.Consumers(value) is [{ OpType: "BatchNormalization" } normalization] && normalization.Input[0] == value)
        {
            if (Parameters(network, normalization) is not [var scale, var shift, var mean, var variance])
                return null;
            float epsilon = normalization.Real("epsilon", 1e-5f);
            for (int m = 0; m < outputs; m++)
            {
                if (scale[m] == 0)
                    return null;
                threshold[m] = mean[m] - (shift[m] * MathF.Sqrt(variance[m] + epsilon) / scale[m]);
                sign[m] = MathF.Sign(scale[m]);
            }

            value = normalization.Output[0];
        }

        return network.Consumers(value) is [{ OpType: "Relu" }] && !network.IsOutput(value) ? new RectifiedTarget(threshold, sign) : null;
    }

    /// <summary>The targets that ask for no more than the rectifier shows.</summary>
    /// <param name="target">t, <c>[R, M]</c>.</param>
    /// <param name="present">ŷ, <c>[R, M]</c>.</param>
    public Tensor Relaxed(Tensor target, Tensor present)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor threshold = torch.tensor(Threshold, target.dtype, target.device), sign = torch.tensor(Sign, target.dtype, target.device);
        Tensor t = (target - threshold) * sign, y = (present - threshold) * sign;
        Tensor relaxed = torch.where(t.gt(0), t, torch.minimum(y, torch.zeros_like(y)));
        return ((relaxed * sign) + threshold).MoveToOuterDisposeScope();
    }

    private static float[][]? Parameters(OnnxModel network, NodeProto normalization)
    {
        TensorProto?[] parameters = [.. normalization.Input.Skip(1).Take(4).Select(network.Constant)];
        return parameters.All(parameter => parameter is not null) ? [.. parameters.Select(parameter => parameter!.ToSingles())] : null;
    }
}
