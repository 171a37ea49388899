using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>Finds weights that are no numbers: a damaged file, or a training that diverged.</summary>
public static class FiniteWeights
{
    // Elsewhere an infinity can be meant, e.g. in a mask.
    private static readonly string[] _weighing = ["Conv", "Gemm", "MatMul", "BatchNormalization"];

    /// <summary>Makes sure that the weights of convolutions, linear layers and normalisations are finite.</summary>
    /// <param name="model">The network.</param>
    /// <exception cref="InvalidFileException">A weight is NaN or infinite; the message names the tensor and the node.</exception>
    public static void Require(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach (NodeProto node in model.Nodes.Where(node => _weighing.Any(node.Is)))
        {
            foreach (string input in node.Input)
            {
                if (model.Constant(input) is not { } tensor)
                    continue;
                float[] values = tensor.ToSingles();
                int wrong = Array.FindIndex(values, value => !float.IsFinite(value));
                if (wrong >= 0)
                    throw new InvalidFileException(model.Source, $"{node.Describe()}: its weight {input} holds {values[wrong]} at {wrong}");
            }
        }
    }
}
