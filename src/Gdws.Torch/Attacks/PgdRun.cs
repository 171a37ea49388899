namespace Gdws.Torch.Attacks;

/// <summary>One batch under <see cref="PgdAttack"/>.</summary>
internal sealed class PgdRun(PgdAttack attack, TorchNetwork network, Tensor clean, IReadOnlyList<int> labels, IReadOnlyList<int> indices)
{
    private readonly bool[] _broken = new bool[labels.Count];

    /// <summary><c>[N, C, H, W]</c>: the adversarial images found so far, the last attempts for the others.</summary>
    public Tensor Result { get; } = clean.clone();

    public IReadOnlyList<bool> Broken => _broken;

    public int Remaining => _broken.Count(broken => !broken);

    /// <summary>Attacks the images that aren't broken yet.</summary>
    public void Attempt(int restart, CancellationToken cancellation)
    {
        int[] rows = [.. Enumerable.Range(0, _broken.Length).Where(row => !_broken[row])];
        Tensor targets = Labels(rows);
        Ball ball;
        using (Tensor selection = Rows(rows))
        using (Tensor selected = clean.index_select(0, selection))
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
                    int[] kept = Judge(logits, rows, x, isLast);
                    if (isLast || kept.Length == 0)
                        return;
                    if (attack.DropBroken && kept.Length < rows.Length)
                    {
                        using Tensor selection = Rows(kept);
                        x = Narrow(x, selection);
                        gradient = Narrow(gradient!, selection);
                        targets = Narrow(targets, selection);
                        ball.Keep(selection);
                        rows = [.. kept.Select(position => rows[position])];
                    }

                    using Tensor previous = x;
                    x = ball.Walk(previous, gradient!, attack.Step);
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
        long[] shape = [rows.Length, .. clean.shape[1..]];
        int length = (int)shape[1..].Aggregate(1L, (product, size) => product * size);
        double[] noise = new double[rows.Length * length];
        if (attack.RandomStart)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                ImageRandom random = new(attack.Seed, indices[rows[i]], restart);
                ball.FillNoise(ref random, noise.AsSpan(i * length, length));
            }
        }

        using Tensor flat = torch.tensor(noise, ScalarType.Float64, network.Device);
        using Tensor perturbation = flat.reshape(shape);
        return ball.Inside(perturbation);
    }

    /// <summary>The logits, and the gradient of the summed cross-entropy: an image's part of it doesn't depend on the others.</summary>
    private (Tensor Logits, Tensor? Gradient) Look(Tensor x, Tensor targets, bool withGradient)
    {
        using IDisposable mode = withGradient ? torch.enable_grad() : torch.no_grad();
        if (!withGradient)
            return (network.Forward(x), null);

        using Tensor input = x.detach().requires_grad_();
        using Tensor logits = network.Forward(input);
        using Tensor loss = torch.nn.functional.cross_entropy(logits, targets, reduction: torch.nn.Reduction.Sum);
        return (logits.detach(), torch.autograd.grad([loss], [input])[0]);
    }

    /// <summary>Notes the images that are misclassified now.</summary>
    /// <returns>The positions of those that never were.</returns>
    private int[] Judge(Tensor logits, int[] rows, Tensor x, bool isLast)
    {
        Predictions predictions = new(network, logits, [.. rows.Select(row => indices[row])]);
        bool[] wrong = [.. rows.Select((row, position) => !predictions.IsCorrect(position, labels[row]))];
        int[] noted = [.. Enumerable.Range(0, rows.Length).Where(position => !_broken[rows[position]] && ((wrong[position] && attack.StopWhenBroken) || isLast))];
        if (noted.Length > 0)
        {
            using Tensor from = Rows(noted);
            using Tensor to = Rows([.. noted.Select(position => rows[position])]);
            using Tensor found = x.index_select(0, from);
            _ = Result.index_copy_(0, to, found);
        }

        foreach (int position in noted.Where(position => wrong[position]))
            _broken[rows[position]] = true;
        return [.. Enumerable.Range(0, rows.Length).Where(position => !_broken[rows[position]])];
    }

    private Tensor Labels(int[] rows) => ImageTensors.FromLabels([.. rows.Select(row => labels[row])], network.Device);

    private Tensor Rows(int[] rows) => ImageTensors.FromLabels(rows, network.Device);

    private static Tensor Narrow(Tensor tensor, Tensor rows)
    {
        using Tensor all = tensor;
        return all.index_select(0, rows);
    }
}
