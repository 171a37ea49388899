namespace Gdws.Torch.Pruning;

/// <summary>Decides by scores what stays: masks of ones and zeros in the shape of a weight.</summary>
internal static class PruningMask
{
    /// <summary>How many of <paramref name="count"/> stay; one at least.</summary>
    public static int Kept(long count, double ratio) => (int)Math.Max(1, count - (long)(ratio * count));

    /// <summary>The mask that keeps the units of the highest scores, all others are zero.</summary>
    /// <param name="scores">Scores in the shape of the weight <c>[M, …]</c>; what counts is their size, or of columns and filters their l2 norm.</param>
    /// <param name="ratio">The share that goes.</param>
    /// <param name="structure">What goes as a whole.</param>
    public static Tensor Of(Tensor scores, double ratio, PruningStructure structure)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradients = torch.no_grad();
        Tensor matrix = scores.detach().reshape(scores.shape[0], -1);
        Tensor units = structure switch
        {
            PruningStructure.Column => matrix.square().sum([0]),
            PruningStructure.Filter => matrix.square().sum([1]),
            _ => matrix.abs().flatten(),
        };
        Tensor kept = torch.zeros_like(units);
        (_, Tensor indices) = units.topk(Kept(units.numel(), ratio), 0);
        kept.scatter_(0, indices, torch.ones_like(units));
        Tensor mask = structure switch
        {
            PruningStructure.Column => kept.unsqueeze(0).expand(matrix.shape),
            PruningStructure.Filter => kept.unsqueeze(1).expand(matrix.shape),
            _ => kept,
        };
        return mask.reshape(scores.shape).contiguous().clone().MoveToOuterDisposeScope();
    }

    /// <summary>What a mask of filters leaves of them, <c>[M]</c>.</summary>
    public static Tensor OfFilters(Tensor mask)
    {
        using Tensor matrix = mask.reshape(mask.shape[0], -1);
        return matrix.amax([1]);
    }
}
