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

    /// <summary>The logits, and the gradient of the summed cross-entropy: an image's part of it doesn't depend on the others.</summary>
    private (Tensor Logits, Tensor? Gradient) Look(Tensor x, Tensor targets, bool withGradient)
    {
        using IDisposable mode = withGradient ? torch.enable_grad() : torch.no_grad();
        if (!withGradient)
            return (batch.Network.Forward(x), null);

        using Tensor input = x.detach().requires_grad_();
        using Tensor logits = batch.Network.Forward(input);
        using Tensor loss = torch.nn.functional.cross_entropy(logits, targets, reduction: torch.nn.Reduction.Sum);
        return (logits.detach(), torch.autograd.grad([loss], [input])[0]);
    }
}
