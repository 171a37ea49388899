namespace Gdws.Torch.Attacks;

/// <summary>
/// For l1: a step changes the values with the largest gradients, all by as much; at first a fifth of all values, after each checkpoint (every 4 % of the
/// iterations) two thirds of as many as the best perturbation changes. Where that number has fallen by 5 % the step is ε again and the image goes
/// on from its best point; else it is divided by 1.5, down to ε / 10.
/// </summary>
internal sealed class ApgdSparsitySchedule(double epsilon, int images, int imageLength, int iterations)
    : ApgdSchedule([.. Enumerable.Repeat(epsilon, images)])
{
    private readonly int _interval = Math.Max((int)(0.04 * iterations), 1);
    private int _since;
    private double[] _share = [.. Enumerable.Repeat(0.2, images)];
    private double[] _sparsity = [.. Enumerable.Repeat((double)imageLength, images)];

    public override bool HasMomentum => false;

    public override void FillStart(ref ImageRandom random, Span<double> noise)
    {
        foreach (ref double value in noise)
            value = random.Normal();
    }

    public override Tensor Direction(Tensor gradient)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor flat = gradient.to(ScalarType.Float64, copy: true).flatten(1);
        Tensor sizes = flat.abs();
        (Tensor ascending, _) = sizes.sort(1);
        long[] smallest = [.. _share.Select(share => (long)Math.Clamp((1 - share) * imageLength, 0, imageLength - 1))];
        Tensor place = torch.tensor(smallest, ScalarType.Int64, gradient.device).unsqueeze(1);
        Tensor signs = flat.sign() * sizes.ge(ascending.gather(1, place));
        return signs.div(signs.abs().sum(1, keepdim: true).clamp(min: KeptScalar.One)).reshape(gradient.shape).MoveToOuterDisposeScope();
    }

    public override void Begin(double[] losses, double[]? sparsity)
    {
        if (sparsity is not null)
            Take(sparsity);
    }

    public override int[] After(double[] losses, double[] best, Func<double[]> sparsity)
    {
        if (++_since < _interval)
            return [];

        _since = 0;
        double[] now = sparsity();
        List<int> back = [];
        for (int i = 0; i < now.Length; i++)
        {
            bool isSparser = now[i] < 0.95 * _sparsity[i];
            Steps[i] = isSparser ? epsilon : Math.Clamp(Steps[i] / 1.5, epsilon / 10, epsilon);
            if (isSparser)
                back.Add(i);
        }

        Take(now);
        return [.. back];
    }

    public override void Keep(int[] kept)
    {
        base.Keep(kept);
        _share = _share.At(kept);
        _sparsity = _sparsity.At(kept);
    }

    private void Take(double[] sparsity)
    {
        _sparsity = sparsity;
        _share = [.. sparsity.Select(count => count / imageLength / 1.5)];
    }
}
