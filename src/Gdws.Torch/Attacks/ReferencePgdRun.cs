namespace Gdws.Torch.Attacks;

/// <summary>One batch under <see cref="ReferencePgd"/>.</summary>
internal sealed class ReferencePgdRun(ReferencePgd attack, AttackedBatch batch)
{
    /// <summary>Keeps the length of a gradient of zeros from dividing by zero, as the public code does.</summary>
    private const double LeastLength = 1e-10;

    /// <summary>What libtorch adds to a length before it scales a row down to the largest one allowed.</summary>
    private const double RenormGuard = 1e-7;

    private readonly int[] _rows = batch.Open;

    private double Epsilon => attack.ThreatModel.Epsilon;

    private bool IsLinf => attack.ThreatModel.Norm == Norm.Linf;

    public void Go(CancellationToken cancellation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor labels = batch.Labels(_rows);
        Tensor low = batch.Clean.neg(), high = torch.ones_like(batch.Clean).Minus(batch.Clean);
        Tensor largest = torch.zeros([_rows.Length], batch.Network.Precision, batch.Network.Device);
        Tensor kept = torch.zeros_like(batch.Clean);
        for (int restart = 0; restart < attack.Restarts; restart++)
        {
            using DisposeScope attempt = torch.NewDisposeScope();
            Tensor delta = Start(restart).clamp(low, high);
            for (int iteration = 0; iteration < attack.Iterations; iteration++)
            {
                cancellation.ThrowIfCancellationRequested();
                delta = Step(delta, labels, low, high);
            }

            Tensor losses = Losses(delta, labels);
            Tensor better = losses.ge(largest);
            (Tensor oldKept, Tensor oldLargest) = (kept, largest);
            kept = torch.where(better.reshape(-1, 1, 1, 1), delta, kept).MoveToOuterDisposeScope();
            largest = torch.maximum(largest, losses).MoveToOuterDisposeScope();
            oldKept.Dispose();
            oldLargest.Dispose();
        }

        using IDisposable noGradients = torch.no_grad();
        Tensor x = batch.Clean.Plus(kept).clamp(KeptScalar.Zero, KeptScalar.One);
        _ = batch.Judge(batch.Network.Logits(x), _rows, x, isLast: true);
    }

    private Tensor Start(int restart)
    {
        using Ball ball = Ball.Around(attack.ThreatModel, batch.Clean);
        double[] noise = new double[_rows.Length * batch.ImageLength];
        for (int i = 0; i < _rows.Length; i++)
        {
            ImageRandom random = batch.Random(attack.Seed, _rows[i], restart);
            ball.FillNoise(ref random, noise.AsSpan(i * batch.ImageLength, batch.ImageLength));
        }

        return batch.Perturbation(noise, _rows.Length).to(batch.Network.Precision);
    }

    private Tensor Step(Tensor delta, Tensor labels, Tensor low, Tensor high)
    {
        using Tensor old = delta;
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor gradient = Gradient(delta, labels);
        Tensor moved = IsLinf
            ? delta.add(gradient.sign(), KeptScalar.Of(attack.Step)).clamp(KeptScalar.Of(-Epsilon), KeptScalar.Of(Epsilon))
            : Renormed(delta.add(gradient / Lengths(gradient).add(KeptScalar.Of(LeastLength), KeptScalar.One), KeptScalar.Of(attack.Step)));
        return moved.clamp(low, high).MoveToOuterDisposeScope();
    }

    private Tensor Gradient(Tensor delta, Tensor labels)
    {
        using IDisposable gradients = torch.enable_grad();
        Tensor input = batch.Clean.Plus(delta).detach().requires_grad_();
        Tensor loss = torch.nn.functional.cross_entropy(batch.Network.Forward(input), labels);
        return torch.autograd.grad([loss], [input])[0];
    }

    private Tensor Losses(Tensor delta, Tensor labels)
    {
        using IDisposable noGradients = torch.no_grad();
        using Tensor x = batch.Clean.Plus(delta);
        using Tensor logits = batch.Network.Forward(x);
        return AttackLoss.CrossEntropy(logits, labels);
    }

    /// <summary>Rows longer than ε scaled down to it.</summary>
    private Tensor Renormed(Tensor delta)
    {
        Tensor length = Lengths(delta);
        Tensor scale = length.add(KeptScalar.Of(RenormGuard), KeptScalar.One).reciprocal().mul(KeptScalar.Of(Epsilon));
        return delta * torch.where(length.gt(KeptScalar.Of(Epsilon)), scale, torch.ones_like(scale));
    }

    private static Tensor Lengths(Tensor rows) => rows.flatten(1).norm(1, keepdim: true, p: 2).reshape(-1, 1, 1, 1);
}
