using Gdws.Torch.Attacks;

namespace Gdws.Torch.Training;

/// <summary>The attack of <see cref="MsdTraining"/>. Every iterate lies in the ball of one of the threat models and in the box.</summary>
internal sealed class SteepestDescent(IReadOnlyList<ThreatModel> threatModels, int iterations, double relativeStep)
{
    /// <summary>An l1 step changes so many values of an image, another number every time (Maini et al. draw it from this range).</summary>
    private const int FewestValues = 5;
    private const int MostValues = 20;

    /// <summary>Perturbs a batch, from the clean images on.</summary>
    public Tensor Perturb(TorchNetwork network, TrainingBatch batch)
    {
        ImageRandom random = batch.Random();
        Ball[] balls = [.. threatModels.Select(model => Ball.Around(model, batch.Images))];
        Tensor x = batch.Images.clone();
        Tensor best = batch.Images.clone();
        Tensor bestLoss = torch.full([batch.Indices.Length], KeptScalar.Of(double.NegativeInfinity), network.Precision, network.Device);
        try
        {
            for (int iteration = 0; iteration < iterations; iteration++)
            {
                int changed = FewestValues + random.Below(MostValues - FewestValues + 1);
                foreach (L1Ball ball in balls.OfType<L1Ball>())
                    ball.Fraction = Math.Min(1, (changed - 0.5) / (batch.Images.numel() / batch.Indices.Length));

                using DisposeScope scope = torch.NewDisposeScope();
                Tensor gradient = InnerMaximization.Gradient(network, x, batch.CrossEntropySum);
                (Tensor next, Tensor loss) = Steepest(network, batch, balls, x, gradient);
                Tensor better = loss.gt(bestLoss);
                TensorRows.Replace(ref best, torch.where(better.reshape(-1, 1, 1, 1), next, best).DetachFromDisposeScope());
                TensorRows.Replace(ref bestLoss, torch.maximum(loss, bestLoss).DetachFromDisposeScope());
                TensorRows.Replace(ref x, next.DetachFromDisposeScope());
            }

            return best;
        }
        finally
        {
            x.Dispose();
            bestLoss.Dispose();
            foreach (Ball ball in balls)
                ball.Dispose();
        }
    }

    /// <summary>For every image the step, of one in each norm, that leads to the largest loss.</summary>
    private (Tensor Images, Tensor Loss) Steepest(TorchNetwork network, TrainingBatch batch, Ball[] balls, Tensor x, Tensor gradient)
    {
        using IDisposable noGradients = torch.no_grad();
        Tensor? images = null, losses = null;
        for (int i = 0; i < balls.Length; i++)
        {
            Tensor candidate = balls[i].Walk(x, gradient, relativeStep * threatModels[i].Epsilon);
            Tensor loss = AttackLoss.CrossEntropy(network.Forward(candidate), batch.Labels);
            if (images is null || losses is null)
            {
                (images, losses) = (candidate, loss);
                continue;
            }

            images = torch.where(loss.gt(losses).reshape(-1, 1, 1, 1), candidate, images);
            losses = torch.maximum(loss, losses);
        }

        return (images!, losses!);
    }
}
