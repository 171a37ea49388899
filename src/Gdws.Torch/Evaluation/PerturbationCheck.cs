using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>Looks at what an attack made, apart from the attack's own arithmetic and from libtorch's.</summary>
internal static class PerturbationCheck
{
    /// <summary>What rounding may add to ε.</summary>
    private const double Rounding = 1e-6;

    /// <summary>Measures the perturbation of every image.</summary>
    /// <param name="network">The network, for messages.</param>
    /// <param name="attack">The attack.</param>
    /// <param name="batch">The clean images.</param>
    /// <param name="perturbed">What the attack made of them.</param>
    /// <exception cref="GdwsException">The threat model doesn't allow an image, or a value is no number.</exception>
    public static double[] Distances(TorchNetwork network, IAttack attack, EvaluationBatch batch, ReadOnlySpan<float> perturbed)
    {
        int length = batch.ImageLength;
        double[] distances = new double[batch.Indices.Length];
        for (int i = 0; i < distances.Length; i++)
        {
            ReadOnlySpan<float> image = perturbed.Slice(i * length, length);
            foreach (float value in image)
            {
                if (!(value >= 0 && value <= 1))
                {
                    throw Defect(network, attack, float.IsNaN(value) ? "perturbation-not-a-number" : "perturbation-outside-box",
                        $"made a value of {value} in image {batch.Indices[i]}, outside [0,1]");
                }
            }

            distances[i] = attack.ThreatModel.Distance(batch.Pixels.AsSpan(i * length, length), image);
            if (!(distances[i] <= attack.ThreatModel.Epsilon + Rounding))
            {
                throw Defect(network, attack, "perturbation-beyond-epsilon",
                    $"changed image {batch.Indices[i]} by {distances[i]}, beyond {attack.ThreatModel}");
            }
        }

        return distances;
    }

    private static GdwsException Defect(TorchNetwork network, IAttack attack, string id, string found) =>
        new($"{network.Source}: the attack {attack.Name} {found} [{id}]: no figure of it can be trusted; use another attack and report this one's defect");
}
