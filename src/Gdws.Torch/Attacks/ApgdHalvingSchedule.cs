namespace Gdws.Torch.Attacks;

/// <summary>
/// For linf and l2: the first step is 2ε. The first checkpoint comes after 22 % of the iterations, the intervals shrink by 3 % down to 6 %. At a checkpoint an
/// image's step is halved where the loss rose in at most 75 % of the steps since the last one, or where the step wasn't halved there and the best loss is still the same.
/// </summary>
internal sealed class ApgdHalvingSchedule(ThreatModel ball, int images, int iterations)
    : ApgdSchedule([.. Enumerable.Repeat(2 * ball.Epsilon, images)])
{
    private readonly int _shortest = Math.Max((int)(0.06 * iterations), 1);
    private readonly int _shrinkage = Math.Max((int)(0.03 * iterations), 1);
    private int _interval = Math.Max((int)(0.22 * iterations), 1);
    private int _since;
    private int[] _rises = new int[images];
    private bool[] _halved = [.. Enumerable.Repeat(true, images)];
    private double[] _bestAtCheck = new double[images];

    // The public code compares the first loss with a row that is still zero; with the cross-entropy that counts as a rise.
    private double[] _last = new double[images];

    public override bool HasMomentum => true;

    public override void FillStart(ref ImageRandom random, Span<double> noise)
    {
        double size = 0;
        foreach (ref double value in noise)
        {
            value = ball.Norm == Norm.Linf ? (2 * random.Uniform()) - 1 : random.Normal();
            size = ball.Norm == Norm.Linf ? Math.Max(size, Math.Abs(value)) : size + (value * value);
        }

        double scale = ball.Epsilon / Math.Max(ball.Norm == Norm.Linf ? size : Math.Sqrt(size), double.Epsilon);
        foreach (ref double value in noise)
            value *= scale;
    }

    public override Tensor Direction(Tensor gradient)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor exact = gradient.to(ScalarType.Float64, copy: true);
        if (ball.Norm == Norm.Linf)
            return exact.sign().MoveToOuterDisposeScope();
        Tensor length = exact.flatten(1).norm(1, keepdim: true, p: 2).clamp(min: KeptScalar.Least).reshape(-1, 1, 1, 1);
        return (exact / length).MoveToOuterDisposeScope();
    }

    public override void Begin(double[] losses, double[]? sparsity) => losses.CopyTo(_bestAtCheck, 0);

    public override int[] After(double[] losses, double[] best, Func<double[]> sparsity)
    {
        for (int i = 0; i < losses.Length; i++)
        {
            if (losses[i] > _last[i])
                _rises[i]++;
            _last[i] = losses[i];
        }

        if (++_since < _interval)
            return [];

        List<int> back = [];
        for (int i = 0; i < losses.Length; i++)
        {
            bool oscillates = _rises[i] <= 0.75 * _interval;
            bool stands = !_halved[i] && _bestAtCheck[i] >= best[i];
            _halved[i] = oscillates || stands;
            _bestAtCheck[i] = best[i];
            _rises[i] = 0;
            if (_halved[i])
            {
                Steps[i] /= 2;
                back.Add(i);
            }
        }

        _since = 0;
        _interval = Math.Max(_interval - _shrinkage, _shortest);
        return [.. back];
    }

    public override void Keep(int[] kept)
    {
        base.Keep(kept);
        _rises = _rises.At(kept);
        _halved = _halved.At(kept);
        _bestAtCheck = _bestAtCheck.At(kept);
        _last = _last.At(kept);
    }
}
