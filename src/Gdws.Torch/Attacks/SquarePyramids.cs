namespace Gdws.Torch.Attacks;

/// <summary>
/// For l2 and l1: pyramids, one half of a window up and the other down. A proposal empties one window and builds a pyramid on what is in another,
/// with all the size that the two had and that was left in the ball.
/// </summary>
internal sealed class SquarePyramids(ThreatModel threatModel, int channels, int height, int width) : SquareProposals
{
    private readonly bool _isL1 = threatModel.Norm == Norm.L1;

    public override void Begin(ref ImageRandom random, Span<double> proposal)
    {
        proposal.Clear();
        int side = Math.Max(1, Math.Min(height, width) / 5);
        for (int top = height % side / 2; top + side <= height; top += side)
        {
            for (int left = width % side / 2; left + side <= width; left += side)
            {
                double[] pyramid = Pyramid(side, isTurned: random.Sign() > 0);
                for (int c = 0; c < channels; c++)
                {
                    int sign = random.Sign();
                    for (int i = 0; i < pyramid.Length; i++)
                        proposal[At(c, top + (i / side), left + (i % side))] = sign * pyramid[i];
                }
            }
        }

        // For l1 the projection on ball and box finishes the work.
        if (!_isL1)
            Scale(proposal, threatModel.Epsilon / Math.Max(Size(proposal), double.Epsilon));
    }

    public override void Propose(ref ImageRandom random, double share, ReadOnlySpan<double> best, Span<double> proposal)
    {
        best.CopyTo(proposal);
        int side = Math.Max((int)Math.Round(Math.Sqrt(share * height * width)), 3);
        side = Math.Min(side + 1 - (side % 2), Math.Min(height, width));
        (int top, int left) = (random.Below(height - side + 1), random.Below(width - side + 1));
        (int emptyTop, int emptyLeft) = (random.Below(height - side + 1), random.Below(width - side + 1));

        double free = Free(Size(best));
        double inWindows = InWindows(best, side, top, left, emptyTop, emptyLeft);
        double[] pyramid = Pyramid(side, isTurned: random.Sign() > 0);
        double[] window = new double[side * side];
        double perChannel = _isL1 ? free + (inWindows * channels) : Math.Sqrt((free / channels) + (inWindows * inWindows));
        Empty(proposal, side, emptyTop, emptyLeft);
        for (int c = 0; c < channels; c++)
        {
            int sign = random.Sign();
            for (int i = 0; i < window.Length; i++)
                window[i] = best[At(c, top + (i / side), left + (i % side))];
            double had = Size(window);
            for (int i = 0; i < window.Length; i++)
                window[i] = (sign * pyramid[i]) + (window[i] / (1e-12 + had));
            double scale = perChannel / (1e-12 + Size(window));
            for (int i = 0; i < window.Length; i++)
                proposal[At(c, top + (i / side), left + (i % side))] = window[i] * scale;
        }

        if (!_isL1)
            Scale(proposal, threatModel.Epsilon / Math.Max(Size(proposal), double.Epsilon));
    }

    /// <summary>One rectangle's pyramid upwards and one's downwards, Euclidean length 1, <c>[side, side]</c>.</summary>
    internal static double[] Pyramid(int side, bool isTurned)
    {
        double[] pyramid = new double[side * side];
        int half = side / 2;
        AddRectangle(pyramid, side, 0, half, 1);
        AddRectangle(pyramid, side, half, side - half, -1);
        double length = Math.Sqrt(pyramid.Sum(value => value * value));
        double[] placed = new double[pyramid.Length];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
                placed[isTurned ? (x * side) + y : (y * side) + x] = pyramid[(y * side) + x] / length;
        }

        return placed;
    }

    /// <summary>Concentric boxes around the rectangle's middle, the n-th of height 1/n².</summary>
    private static void AddRectangle(double[] target, int side, int firstRow, int rows, int sign)
    {
        if (rows == 0)
            return;
        double[] rectangle = new double[rows * side];
        (int middleRow, int middleColumn) = (rows / 2, side / 2);
        for (int ring = 0; ring < Math.Max(middleRow, middleColumn) + 1; ring++)
        {
            for (int y = Math.Max(middleRow - ring, 0); y < Math.Min(middleRow + ring + 1, rows); y++)
            {
                for (int x = Math.Max(middleColumn - ring, 0); x < Math.Min(middleColumn + ring + 1, side); x++)
                    rectangle[(y * side) + x] += 1.0 / ((ring + 1) * (ring + 1));
            }
        }

        double length = Math.Sqrt(rectangle.Sum(value => value * value));
        for (int i = 0; i < rectangle.Length; i++)
            target[(firstRow * side) + i] = sign * rectangle[i] / length;
    }

    /// <summary>What is left in the ball: ε − ‖δ‖₁, or ε² − ‖δ‖₂².</summary>
    private double Free(double size) => _isL1
        ? Math.Max(threatModel.Epsilon - size, 0)
        : Math.Max((threatModel.Epsilon * threatModel.Epsilon) - (size * size), 0);

    private double InWindows(ReadOnlySpan<double> values, int side, int top, int left, int otherTop, int otherLeft)
    {
        double sum = 0;
        for (int c = 0; c < channels; c++)
        {
            for (int y = 0; y < height; y++)
            {
                bool inRows = y >= top && y < top + side;
                bool inOtherRows = y >= otherTop && y < otherTop + side;
                if (!inRows && !inOtherRows)
                    continue;
                for (int x = 0; x < width; x++)
                {
                    if ((inRows && x >= left && x < left + side) || (inOtherRows && x >= otherLeft && x < otherLeft + side))
                        sum += Power(values[At(c, y, x)]);
                }
            }
        }

        return _isL1 ? sum : Math.Sqrt(sum);
    }

    private void Empty(Span<double> proposal, int side, int top, int left)
    {
        for (int c = 0; c < channels; c++)
        {
            for (int y = top; y < top + side; y++)
                proposal.Slice(At(c, y, left), side).Clear();
        }
    }

    private double Size(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += Power(value);
        return _isL1 ? sum : Math.Sqrt(sum);
    }

    private double Power(double value) => _isL1 ? Math.Abs(value) : value * value;

    private int At(int c, int y, int x) => (((c * height) + y) * width) + x;

    private static void Scale(Span<double> values, double factor)
    {
        foreach (ref double value in values)
            value *= factor;
    }
}
