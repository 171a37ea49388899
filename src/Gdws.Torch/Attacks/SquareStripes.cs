namespace Gdws.Torch.Attacks;

/// <summary>For linf: every value at ±ε. Stripes at first, then squares of one colour.</summary>
internal sealed class SquareStripes(double epsilon, int channels, int height, int width) : SquareProposals
{
    public override void Begin(ref ImageRandom random, Span<double> proposal)
    {
        for (int c = 0; c < channels; c++)
        {
            for (int x = 0; x < width; x++)
            {
                double value = epsilon * random.Sign();
                for (int y = 0; y < height; y++)
                    proposal[(((c * height) + y) * width) + x] = value;
            }
        }
    }

    public override void Propose(ref ImageRandom random, double share, ReadOnlySpan<double> best, Span<double> proposal)
    {
        best.CopyTo(proposal);
        int side = Math.Clamp((int)Math.Round(Math.Sqrt(share * height * width)), 1, Math.Min(height, width));
        int top = random.Below(height - side + 1);
        int left = random.Below(width - side + 1);
        for (int c = 0; c < channels; c++)
        {
            // ±2ε added and cut off at ±ε: whatever was there, ±ε is there now.
            double value = epsilon * random.Sign();
            for (int y = top; y < top + side; y++)
                proposal.Slice((((c * height) + y) * width) + left, side).Fill(value);
        }
    }
}
