namespace Gdws.Torch.Attacks;

/// <summary>One batch under <see cref="PgdAttack"/>.</summary>
internal sealed class PgdRun(PgdAttack attack, AttackedBatch batch)
{
    /// <summary>Attacks the images that aren't broken yet.</summary>
    public void Attempt(int restart, CancellationToken cancellation)
    {
        int[] rows = batch.Open;
        if (rows.Length == 0)
            return;
        Tensor targets = batch.Labels(rows);
        Ball ball;
        using (Tensor selected = batch.CleanOf(rows))
            ball = Ball.Around(attack.ThreatModel, selected, attack.L1Fraction);
        Tensor x = Start(ball, rows, restart);
        try
        {
            for (int iteration = 0; ; iteration++)
            {
                cancellation.ThrowIfCancellationRequested();
                bool isLast = iteration == attack.Iterations;
                (Tensor logits, Tensor? gradient) = Look(x, targets, withGradient: !isLast);
                try
                {
                    int[] kept = attack.StopWhenBroken || isLast
                        ? batch.Judge(logits, rows, x, isLast)
                        : [.. Enumerable.Range(0, rows.Length)];
                    if (isLast || kept.Length == 0)
                        return;
                    if (attack.DropBroken && kept.Length < rows.Length)
                    {
                        using Tensor selection = batch.Positions(kept);
                        TensorRows.Narrow(ref x, selection);
                        TensorRows.Narrow(ref gradient!, selection);
                        TensorRows.Narrow(ref targets, selection);
                        ball.Keep(selection);
                        rows = rows.At(kept);
                    }

                    TensorRows.Replace(ref x, ball.Walk(x, gradient!, attack.Step));
                }
                finally
                {
                    logits.Dispose();
                    gradient?.Dispose();
                }
            }
        }
        finally
        {
            x.Dispose();
            targets.Dispose();
            ball.Dispose();
        }
    }

    private Tensor Start(Ball ball, int[] rows, int restart)
    {
        int length = batch.ImageLength;
        double[] noise = new double[rows.Length * length];
        if (attack.RandomStart)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                ImageRandom random = batch.Random(attack.Seed, rows[i], restart);
                ball.FillNoise(ref random, noise.AsSpan(i * length, length));
            }
        }

        using Tensor perturbation = batch.Perturbation(noise, rows.Length);
        return ball.Inside(perturbation);
    }

    /// <summary>The logits, and the gradient of the cross-entropy, averaged over samples where the output is random.</summary>
    private (Tensor Logits, Tensor? Gradient) Look(Tensor x, Tensor targets, bool withGradient)
    {
        if (!withGradient)
            return (batch.Network.Logits(x), null);

        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor logits, Tensor gradient) = Once(x, targets);
        for (int sample = 1; sample < attack.GradientSamples; sample++)
        {
            (logits, Tensor another) = Once(x, targets);
            gradient = gradient.Plus(another);
        }

        if (attack.GradientSamples > 1)
            gradient = gradient * KeptScalar.Of(1.0 / attack.GradientSamples);
        return (logits.MoveToOuterDisposeScope(), gradient.MoveToOuterDisposeScope());
    }

    private (Tensor Logits, Tensor Gradient) Once(Tensor x, Tensor targets)
    {
        Tensor[] found = batch.Network.Look(x, [targets], withGradient: true, static (input, logits, labels) =>
        {
            // The gradient of the sum: an image's part of it doesn't depend on the others.
            Tensor loss = torch.nn.functional.cross_entropy(logits, labels[0], reduction: torch.nn.Reduction.Sum);
            return [logits, torch.autograd.grad([loss], [input])[0]];
        });
        return (found[0], found[1]);
    }
}
