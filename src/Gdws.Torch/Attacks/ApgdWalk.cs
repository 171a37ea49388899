namespace Gdws.Torch.Attacks;

/// <summary>
/// The loop of <see cref="ApgdAttack"/> in one ball. Which way a step goes, and when it gets shorter, is <see cref="ApgdSchedule"/>'s to say. Broken images
/// leave the loop, since nothing that happens to them later would change the outcome.
/// </summary>
internal sealed class ApgdWalk : IDisposable
{
    private static readonly Scalar New = 0.75;
    private static readonly Scalar Rest = 0.25;

    private readonly ApgdAttack _attack;
    private readonly AttackedBatch _batch;
    private readonly int _iterations;
    private readonly ApgdSchedule _schedule;
    private readonly Ball _ball;
    private int[] _rows;
    private double[] _bestLoss;
    private Tensor _labels;
    private Tensor _targets;
    private Tensor _x;
    private Tensor _previous;
    private Tensor _gradient;
    private Tensor _best;
    private Tensor _bestGradient;

    public ApgdWalk(ApgdAttack attack, AttackedBatch batch, int[] rows, ThreatModel ball, int iterations, int target)
    {
        _attack = attack;
        _batch = batch;
        _iterations = iterations;
        _rows = rows;
        _bestLoss = new double[rows.Length];
        _labels = batch.Labels(rows);
        _targets = attack.Loss == ApgdLoss.TargetedDlr ? batch.Targets(rows, target) : batch.Labels(rows);
        using (Tensor clean = batch.CleanOf(rows))
        {
            _ball = Ball.Around(ball, clean);
            _x = clean.clone();
            _previous = clean.clone();
            _gradient = clean.clone();
            _best = clean.clone();
            _bestGradient = clean.clone();
        }

        _schedule = ApgdSchedule.For(ball, rows.Length, batch.ImageLength, iterations);
    }

    /// <summary>Where the loss was largest, for the images still in the loop.</summary>
    public Tensor Best => _best;

    /// <summary>Walks to the end, or until no image is left.</summary>
    /// <param name="start">Where to start; null for a random place.</param>
    /// <param name="attempt">Decides that place.</param>
    /// <param name="counts">Whether a misclassified image is broken; not in a ball that is wider than the threat model's.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void Run(Tensor? start, int attempt, bool counts, CancellationToken cancellation)
    {
        Begin(start, attempt);
        for (int iteration = -1; iteration < _iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool isLast = iteration == _iterations - 1;
            if (iteration >= 0)
                Step(iteration);
            double[] losses = Look(withGradient: !isLast, out Tensor logits);
            using (logits)
            {
                if (counts)
                {
                    int[] kept = _batch.Judge(logits, _rows, _x, isLast);
                    losses = losses.At(kept);
                    Keep(kept);
                    if (kept.Length == 0)
                        return;
                }
            }

            if (iteration < 0)
                First(losses, hasStart: start is not null);
            else
                After(losses);
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[_labels, _targets, _x, _previous, _gradient, _best, _bestGradient])
            tensor.Dispose();
        _ball.Dispose();
    }

    private void Begin(Tensor? start, int attempt)
    {
        int length = _batch.ImageLength;
        double[] noise = new double[_rows.Length * length];
        for (int i = 0; start is null && i < _rows.Length; i++)
        {
            ImageRandom random = _batch.Random(_attack.Seed, _rows[i], attempt);
            _schedule.FillStart(ref random, noise.AsSpan(i * length, length));
        }

        using Tensor perturbation = start is null ? _batch.Perturbation(noise, _rows.Length) : _ball.Perturbation(start);
        TensorRows.Replace(ref _x, _ball.ScaledInside(perturbation));
        TensorRows.Replace(ref _previous, _x.clone());
    }

    private void Step(int iteration)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor here = _ball.Perturbation(_x);
        Tensor ahead = here.Plus(_schedule.Direction(_gradient) * _batch.Column(_schedule.Steps));
        Tensor next = _ball.ScaledInside(ahead);
        if (_schedule.HasMomentum && iteration > 0)
        {
            Tensor moved = _ball.Perturbation(next).Minus(here) * New;
            Tensor before = here.Minus(_ball.Perturbation(_previous)) * Rest;
            next = _ball.ScaledInside(here.Plus(moved).Plus(before));
        }

        next.DetachFromDisposeScope();
        _previous.Dispose();
        _previous = _x;
        _x = next;
    }

    /// <summary>Logits, losses and (in <see cref="_gradient"/>) the gradient, averaged over samples where the output is random.</summary>
    private double[] Look(bool withGradient, out Tensor logits)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int samples = withGradient ? _attack.GradientSamples : 1;
        Tensor? gradient = null;
        for (int sample = 1; ; sample++)
        {
            Tensor[] found = _batch.Network.Look(_x, [_labels, _targets], withGradient, (input, output, rows) =>
            {
                Tensor loss = Loss(output, rows[0], rows[1]);
                return withGradient ? [output, loss, torch.autograd.grad([loss.sum()], [input])[0]] : [output, loss];
            });
            if (withGradient)
                gradient = gradient is null ? found[2] : gradient.Plus(found[2]);
            if (sample < samples)
                continue;
            if (gradient is not null)
                TensorRows.Replace(ref _gradient, (samples == 1 ? gradient : gradient * KeptScalar.Of(1.0 / samples)).DetachFromDisposeScope());
            logits = found[0].DetachFromDisposeScope();
            return found[1].ToDoubles();
        }
    }

    private Tensor Loss(Tensor logits, Tensor labels, Tensor targets) => _attack.Loss switch
    {
        ApgdLoss.CrossEntropy => AttackLoss.CrossEntropy(logits, labels),
        ApgdLoss.Dlr => AttackLoss.Dlr(logits, labels),
        _ => AttackLoss.TargetedDlr(logits, labels, targets),
    };

    private void First(double[] losses, bool hasStart)
    {
        _bestLoss = losses;
        TensorRows.Replace(ref _best, _x.clone());
        TensorRows.Replace(ref _bestGradient, _gradient.clone());
        _schedule.Begin(losses, hasStart ? Sparsity() : null);
    }

    private void After(double[] losses)
    {
        int[] improved = [.. Enumerable.Range(0, losses.Length).Where(i => losses[i] > _bestLoss[i])];
        if (improved.Length > 0)
        {
            using Tensor selection = _batch.Positions(improved);
            _best.TakeFrom(_x, selection);
            _bestGradient.TakeFrom(_gradient, selection);
            foreach (int i in improved)
                _bestLoss[i] = losses[i];
        }

        int[] back = _schedule.After(losses, _bestLoss, Sparsity);
        if (back.Length > 0)
        {
            using Tensor selection = _batch.Positions(back);
            _x.TakeFrom(_best, selection);
            _gradient.TakeFrom(_bestGradient, selection);
        }
    }

    /// <summary>How many values of every image the best perturbation changes.</summary>
    private double[] Sparsity()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return _ball.Perturbation(_best).ne(KeptScalar.Zero).flatten(1).sum(1).ToDoubles();
    }

    private void Keep(int[] kept)
    {
        if (kept.Length == _rows.Length || kept.Length == 0)
            return;
        using Tensor selection = _batch.Positions(kept);
        TensorRows.Narrow(ref _labels, selection);
        TensorRows.Narrow(ref _targets, selection);
        TensorRows.Narrow(ref _x, selection);
        TensorRows.Narrow(ref _previous, selection);
        TensorRows.Narrow(ref _gradient, selection);
        TensorRows.Narrow(ref _best, selection);
        TensorRows.Narrow(ref _bestGradient, selection);
        _ball.Keep(selection);
        _schedule.Keep(kept);
        _bestLoss = _bestLoss.At(kept);
        _rows = _rows.At(kept);
    }
}
