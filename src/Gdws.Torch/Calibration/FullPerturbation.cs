using Gdws.Torch.Attacks;

namespace Gdws.Torch.Calibration;

/// <summary>
/// Perturbs images by every step of an attack. An attack that measures robustness stops at the first error; statistics of perturbed images need the images
/// that the attack is after, and also of those that the network gets wrong anyway.
/// </summary>
internal static class FullPerturbation
{
    /// <summary>Perturbs a batch.</summary>
    /// <returns>As large as <paramref name="clean"/>.</returns>
    public static Tensor Of(
        PgdAttack attack, TorchNetwork network, Tensor clean, int[] labels, int[] indices, int seed, CancellationToken cancellation)
    {
        using Ball ball = Ball.Around(attack.ThreatModel, clean, attack.L1Fraction);
        using Tensor targets = ImageTensors.FromLabels(labels, network.Device);
        Tensor x = Start(attack, ball, clean, indices, seed);
        for (int iteration = 0; iteration < attack.Iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            using Tensor previous = x;
            using Tensor input = previous.detach().requires_grad_();
            using Tensor logits = network.Forward(input);
            using Tensor loss = torch.nn.functional.cross_entropy(logits, targets, reduction: torch.nn.Reduction.Sum);
            using Tensor gradient = torch.autograd.grad([loss], [input])[0];
            x = ball.Walk(previous, gradient, attack.Step);
        }

        return x;
    }

    private static Tensor Start(PgdAttack attack, Ball ball, Tensor clean, int[] indices, int seed)
    {
        if (!attack.RandomStart)
            return clean.clone();
        int length = (int)(clean.numel() / indices.Length);
        double[] noise = new double[indices.Length * length];
        for (int i = 0; i < indices.Length; i++)
        {
            ImageRandom random = new(seed, indices[i], 0);
            ball.FillNoise(ref random, noise.AsSpan(i * length, length));
        }

        using Tensor flat = torch.tensor(noise, ScalarType.Float64, clean.device);
        using Tensor perturbation = flat.reshape(clean.shape);
        return ball.Inside(perturbation);
    }
}
