namespace Gdws.Torch.Attacks;

/// <summary>What an attack climbs, one number an image: logits <c>[N, classes]</c>, labels and targets <c>[N]</c> to losses <c>[N]</c>.</summary>
internal static class AttackLoss
{
    public static Tensor CrossEntropy(Tensor logits, Tensor labels) =>
        torch.nn.functional.cross_entropy(logits, labels, reduction: torch.nn.Reduction.None);

    /// <summary>Difference of logits ratio (Croce and Hein 2020): −(z_y − max_{i≠y} z_i) / (z₍₁₎ − z₍₃₎). Scaling the logits doesn't change it.</summary>
    public static Tensor Dlr(Tensor logits, Tensor labels)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor largest, Tensor classes) = logits.topk(3, 1);
        Tensor isFirst = classes.select(1, 0).eq(labels).to(logits.dtype);
        Tensor other = largest.select(1, 0).Plus(largest.select(1, 1).Minus(largest.select(1, 0)) * isFirst);
        Tensor spread = largest.select(1, 0).Minus(largest.select(1, 2)).add(KeptScalar.Of(1e-12), KeptScalar.One);
        return (other.Minus(Of(logits, labels)) / spread).MoveToOuterDisposeScope();
    }

    /// <summary>The same towards a class t: −(z_y − z_t) / (z₍₁₎ − (z₍₃₎ + z₍₄₎) / 2).</summary>
    public static Tensor TargetedDlr(Tensor logits, Tensor labels, Tensor targets)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor largest, _) = logits.topk(4, 1);
        Tensor spread = largest.select(1, 0).add(largest.select(1, 2).Plus(largest.select(1, 3)), KeptScalar.Of(-0.5)).add(KeptScalar.Of(1e-12), KeptScalar.One);
        return (Of(logits, targets).Minus(Of(logits, labels)) / spread).MoveToOuterDisposeScope();
    }

    /// <summary>The logit of a class.</summary>
    public static Tensor Of(Tensor logits, Tensor classes)
    {
        using Tensor column = classes.unsqueeze(1);
        using Tensor chosen = logits.gather(1, column);
        return chosen.squeeze(1);
    }
}
