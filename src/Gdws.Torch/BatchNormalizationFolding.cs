using Gdws.Onnx;

namespace Gdws.Torch;

/// <summary>
/// A batch normalisation whose statistics stand still is a straight line a channel: γ(x − μ)/√(σ² + ε) + β = s·x + t with s = γ/√(σ² + ε), t = β − s·μ. After a
/// convolution that it alone follows it becomes part of that: s·(w∗x + b) + t = (s·w)∗x + (s·b + t). Elsewhere it becomes one multiplication and
/// addition, whose way back needs neither x nor sums over it.
/// </summary>
internal static class BatchNormalizationFolding
{
    /// <summary>Replaces every batch normalisation with constant parameters.</summary>
    /// <param name="steps">The steps; those folded away are removed.</param>
    /// <param name="constants">The constant in every slot; new ones are added.</param>
    /// <param name="keep">Makes a tensor live as long as the network.</param>
    /// <param name="output">The slot of the network's output, which nobody may read before it is complete.</param>
    public static void Apply(List<TorchProgram.Step> steps, List<Tensor?> constants, Func<Tensor, Tensor> keep, int output)
    {
        Dictionary<int, int> readers = [];
        foreach (int slot in steps.SelectMany(step => step.Inputs.Distinct()))
            readers[slot] = readers.GetValueOrDefault(slot) + 1;
        Dictionary<int, int> makers = Enumerable.Range(0, steps.Count).ToDictionary(i => steps[i].Output);

        for (int i = 0; i < steps.Count; i++)
        {
            TorchProgram.Step normalization = steps[i];
            if (!normalization.Node.Node.Is("BatchNormalization") || !AreConstant(normalization, constants))
                continue;

            using DisposeScope scope = torch.NewDisposeScope();
            (Tensor scale, Tensor shift) = Line(normalization, constants);
            bool follows = makers.TryGetValue(normalization.Inputs[0], out int maker) && IsConvolution(steps[maker], constants);
            if (follows && readers[steps[maker].Output] == 1 && steps[maker].Output != output)
            {
                // The pair takes the normalisation's place and name; nothing is left where the convolution was.
                (Tensor weight, Tensor bias) = Folded(steps[maker], scale, shift, constants);
                steps[i] = steps[maker] with { Value = normalization.Value, Inputs = Inputs(steps[maker], weight, bias), Output = normalization.Output };
                steps[maker] = null!;
            }
            else
            {
                ScalarType type = constants[normalization.Inputs[1]]!.dtype;
                steps[i] = normalization with { Operator = Along, Inputs = Inputs(normalization, scale.to(type, copy: true), shift.to(type, copy: true)) };
            }
        }

        steps.RemoveAll(step => step is null);

        int[] Inputs(TorchProgram.Step step, Tensor factor, Tensor summand)
        {
            constants.Add(keep(factor));
            constants.Add(keep(summand));
            return [step.Inputs[0], constants.Count - 2, constants.Count - 1];
        }
    }

    /// <summary>s·x + t, channel by channel.</summary>
    private static Tensor Along(Tensor?[] inputs)
    {
        Tensor x = inputs[0]!;
        long[] shape = [.. Enumerable.Repeat(1L, (int)x.dim())];
        shape[1] = -1;
        using Tensor scale = inputs[1]!.reshape(shape);
        using Tensor shift = inputs[2]!.reshape(shape);
        return torch.addcmul(shift, x, scale, KeptScalar.One);
    }

    private static bool IsConvolution(TorchProgram.Step step, List<Tensor?> constants) => step.Node.Node.Is("Conv") && AreConstant(step, constants);

    private static bool AreConstant(TorchProgram.Step step, List<Tensor?> constants) =>
        step.Inputs.Skip(1).All(slot => slot < 0 || constants[slot] is not null);

    /// <summary>s and t, double precision.</summary>
    private static (Tensor Scale, Tensor Shift) Line(TorchProgram.Step normalization, List<Tensor?> constants)
    {
        Tensor[] parameters = [.. normalization.Inputs.Skip(1).Take(4).Select(slot => constants[slot]!.to(ScalarType.Float64))];
        double epsilon = normalization.Node.Node.Real("epsilon", 1e-5f);
        Tensor scale = parameters[0] / (parameters[3] + epsilon).sqrt();
        return (scale, parameters[1] - (scale * parameters[2]));
    }

    private static (Tensor Weight, Tensor Bias) Folded(TorchProgram.Step convolution, Tensor scale, Tensor shift, List<Tensor?> constants)
    {
        Tensor weight = constants[convolution.Inputs[1]]!;
        Tensor? bias = convolution.Inputs.Length > 2 && convolution.Inputs[2] >= 0 ? constants[convolution.Inputs[2]]!.to(ScalarType.Float64) : null;
        Tensor foldedWeight = weight.to(ScalarType.Float64) * scale.reshape(-1, 1, 1, 1);
        Tensor foldedBias = bias is null ? shift : (scale * bias) + shift;
        return (foldedWeight.to(weight.dtype, copy: true), foldedBias.to(weight.dtype, copy: true));
    }
}
