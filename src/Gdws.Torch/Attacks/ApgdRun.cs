namespace Gdws.Torch.Attacks;

/// <summary>One batch under <see cref="ApgdAttack"/>.</summary>
internal sealed class ApgdRun(ApgdAttack attack, AttackedBatch batch)
{
    /// <summary>Attacks the images that aren't broken yet.</summary>
    /// <param name="target">For the targeted loss: the wrong class that comes at this place, from 1.</param>
    /// <param name="attempt">Decides the random numbers.</param>
    /// <param name="cancellation">Ends the attack early.</param>
    public void Attempt(int target, int attempt, CancellationToken cancellation)
    {
        int[] rows = batch.Open;
        if (rows.Length == 0)
            return;

        Tensor? start = null;
        try
        {
            (double Scale, int Iterations)[] phases = Phases();
            for (int i = 0; i < phases.Length; i++)
            {
                ThreatModel ball = new(attack.ThreatModel.Norm, phases[i].Scale * attack.ThreatModel.Epsilon);
                using ApgdWalk walk = new(attack, batch, rows, ball, phases[i].Iterations, target);
                walk.Run(start, attempt, counts: i == phases.Length - 1, cancellation);
                start?.Dispose();
                start = walk.Best.clone();
            }
        }
        finally
        {
            start?.Dispose();
        }
    }

    private (double Scale, int Iterations)[] Phases()
    {
        int wide = (int)Math.Ceiling(0.3 * attack.Iterations);
        return attack.WidensFirst && attack.Iterations > 2 * wide
            ? [(3, wide), (2, wide), (1, attack.Iterations - (2 * wide))]
            : [(1, attack.Iterations)];
    }
}
