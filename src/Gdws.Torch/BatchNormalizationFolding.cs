using Gdws.Onnx;

namespace Gdws.Torch;

/// <summary>
/// Makes a batch normalisation part of the convolution that it alone follows:
/// γ(w∗x + b − μ)/√(σ² + ε) + β = (s·w)∗x + (s·(b − μ) + β) with s = γ/√(σ² + ε).
/// </summary>
internal static class BatchNormalizationFolding
{
    /// <summary>Folds every such pair.</summary>
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
            if (!normalization.Node.Node.Is("BatchNormalization") || !makers.TryGetValue(normalization.Inputs[0], out int maker))
                continue;

            TorchProgram.Step convolution = steps[maker];
            bool alone = readers[convolution.Output] == 1 && convolution.Output != output;
            if (!convolution.Node.Node.Is("Conv") || !alone || !AreConstant(convolution, constants) || !AreConstant(normalization, constants))
                continue;

            (Tensor weight, Tensor bias) = Folded(convolution, normalization, constants);
            constants.Add(keep(weight));
            constants.Add(keep(bias));

            // The pair takes the normalisation's place and name; nothing is left where the convolution was.
            steps[i] = convolution with
            {
                Value = normalization.Value,
                Inputs = [convolution.Inputs[0], constants.Count - 2, constants.Count - 1],
                Output = normalization.Output,
            };
            steps[maker] = null!;
        }

        steps.RemoveAll(step => step is null);
    }

    private static bool AreConstant(TorchProgram.Step step, List<Tensor?> constants) =>
        step.Inputs.Skip(1).All(slot => slot < 0 || constants[slot] is not null);

    private static (Tensor Weight, Tensor Bias) Folded(TorchProgram.Step convolution, TorchProgram.Step normalization, List<Tensor?> constants)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor[] parameters = [.. normalization.Inputs.Skip(1).Select(slot => constants[slot]!.to(ScalarType.Float64))];
        double epsilon = normalization.Node.Node.Real("epsilon", 1e-5f);
        Tensor scale = parameters[0] / (parameters[3] + epsilon).sqrt();

        Tensor weight = constants[convolution.Inputs[1]]!;
        Tensor bias = convolution.Inputs.Length > 2 && convolution.Inputs[2] >= 0
            ? constants[convolution.Inputs[2]]!.to(ScalarType.Float64)
            : torch.zeros_like(scale);
        Tensor foldedWeight = weight.to(ScalarType.Float64) * scale.reshape(-1, 1, 1, 1);
        Tensor foldedBias = (scale * (bias - parameters[2])) + parameters[1];
        return (foldedWeight.to(weight.dtype, copy: true).MoveToOuterDisposeScope(), foldedBias.to(weight.dtype, copy: true).MoveToOuterDisposeScope());
    }
}
