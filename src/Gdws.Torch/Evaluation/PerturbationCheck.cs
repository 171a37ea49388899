using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>Looks at what an attack made, apart from the attack's own arithmetic.</summary>
internal static class PerturbationCheck
{
    /// <summary>What rounding may add to ε.</summary>
    private const double Rounding = 1e-6;

    /// <summary>Measures the largest perturbation.</summary>
    /// <exception cref="GdwsException">The threat model doesn't allow an image.</exception>
    public static double Largest(TorchNetwork network, IAttack attack, EvaluationBatch batch, AttackResult result)
    {
        int length = batch.Pixels.Length / batch.Indices.Length;
        float[] perturbed = new float[batch.Pixels.Length];
        result.Images.CopyTo(perturbed);
        double largest = 0;
        for (int i = 0; i < batch.Indices.Length; i++)
        {
            ReadOnlySpan<float> image = perturbed.AsSpan(i * length, length);
            foreach (float value in image)
            {
                if (!(value >= 0 && value <= 1))
                    throw new GdwsException($"{network.Source}: the attack {attack.Name} made a value of {value} in image {batch.Indices[i]}, outside [0,1]");
            }

            double distance = attack.ThreatModel.Distance(batch.Pixels.AsSpan(i * length, length), image);
            if (!(distance <= attack.ThreatModel.Epsilon + Rounding))
            {
                throw new GdwsException(
                    $"{network.Source}: the attack {attack.Name} changed image {batch.Indices[i]} by {distance}, beyond {attack.ThreatModel}");
            }

            largest = Math.Max(largest, distance);
        }

        return largest;
    }
}
