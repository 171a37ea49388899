using System.Runtime.InteropServices;

namespace Gdws.Torch.Attacks;

/// <summary>One batch under <see cref="SquareAttack"/>. Proposals are drawn in plain memory, image by image; the batch is projected and judged at once.</summary>
internal sealed class SquareRun(SquareAttack attack, AttackedBatch batch)
{
    private readonly int _length = batch.ImageLength;
    private readonly SquareProposals _proposals = SquareProposals.For(attack.ThreatModel, batch.Network);

    /// <summary>Attacks the images that aren't broken yet.</summary>
    public void Attempt(int restart, CancellationToken cancellation)
    {
        int[] rows = batch.Open;
        if (rows.Length == 0)
            return;

        using Tensor selected = batch.CleanOf(rows);
        using Ball ball = Ball.Around(attack.ThreatModel, selected);
        Candidate[] candidates = [.. rows.Select(row => new Candidate(batch.Random(attack.Seed, row, restart), _length))];

        // Proposals are written where libtorch reads them: an array of that size a query would keep the garbage collector busy.
        using Tensor proposals = torch.empty([rows.Length, _length], ScalarType.Float64, torch.CPU);
        using IDisposable noGradients = torch.no_grad();
        for (int query = -1; query < attack.Iterations && rows.Length > 0; query++)
        {
            cancellation.ThrowIfCancellationRequested();
            Draw(candidates, query, MemoryMarshal.Cast<byte, double>(proposals.bytes));
            using Tensor x = Inside(ball, proposals, rows.Length);
            using Tensor logits = batch.Network.Logits(x);
            double[] margins = Margins(logits, rows);
            int[] better = [.. Enumerable.Range(0, rows.Length).Where(i => query < 0 || margins[i] < candidates[i].Margin)];
            Accept(candidates, better, margins, ball, x);

            int[] kept = batch.Judge(logits, rows, x, isLast: false);
            if (kept.Length == rows.Length || kept.Length == 0)
            {
                rows = kept.Length == 0 ? [] : rows;
                continue;
            }

            using Tensor selection = batch.Positions(kept);
            ball.Keep(selection);
            candidates = candidates.At(kept);
            rows = rows.At(kept);
        }

        NoteBest(ball, rows, candidates);
    }

    private void Draw(Candidate[] candidates, int query, Span<double> proposals)
    {
        for (int i = 0; i < candidates.Length; i++)
        {
            Span<double> proposal = proposals.Slice(i * _length, _length);
            if (query < 0)
                _proposals.Begin(ref candidates[i].Random, proposal);
            else
                _proposals.Propose(ref candidates[i].Random, attack.Share(query), candidates[i].Change, proposal);
        }
    }

    private Tensor Inside(Ball ball, Tensor proposals, int images)
    {
        using Tensor drawn = proposals.narrow(0, 0, images);
        using Tensor moved = drawn.to(batch.Network.Device);
        using Tensor perturbation = moved.reshape(images, batch.Network.Channels, batch.Network.Height, batch.Network.Width);
        return ball.ScaledInside(perturbation);
    }

    private void Accept(Candidate[] candidates, int[] better, double[] margins, Ball ball, Tensor x)
    {
        if (better.Length == 0)
            return;

        using Tensor selection = batch.Positions(better);
        using Tensor change = ball.Perturbation(x);
        using Tensor accepted = change.index_select(0, selection);
        using Tensor local = accepted.to(torch.CPU);
        ReadOnlySpan<double> values = MemoryMarshal.Cast<byte, double>(local.bytes);
        for (int i = 0; i < better.Length; i++)
        {
            Candidate candidate = candidates[better[i]];
            candidate.Margin = margins[better[i]];
            values.Slice(i * _length, _length).CopyTo(candidate.Change);
        }
    }

    /// <summary>The last attempt of an image that stands is the best candidate.</summary>
    private void NoteBest(Ball ball, int[] rows, Candidate[] candidates)
    {
        if (rows.Length == 0)
            return;
        using Tensor perturbation = batch.Perturbation([.. candidates.SelectMany(candidate => candidate.Change)], rows.Length);
        using Tensor x = ball.ScaledInside(perturbation);
        using Tensor logits = batch.Network.Logits(x);
        batch.Judge(logits, rows, x, isLast: true);
    }

    private double[] Margins(Tensor logits, int[] rows)
    {
        int classes = batch.Network.Classes;
        double[] values = logits.ToDoubles();
        double[] margins = new double[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<double> row = values.AsSpan(i * classes, classes);
            int label = batch.Label(rows[i]);
            double other = double.NegativeInfinity;
            for (int c = 0; c < classes; c++)
                other = c == label ? other : Math.Max(other, row[c]);
            margins[i] = row[label] - other;
        }

        return margins;
    }

    /// <summary>The best perturbation of an image so far.</summary>
    private sealed class Candidate(ImageRandom random, int length)
    {
        public ImageRandom Random = random;

        public double[] Change { get; } = new double[length];

        public double Margin { get; set; }
    }
}
