using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>What an evaluation found.</summary>
/// <param name="Images">The images looked at.</param>
/// <param name="Natural">On clean images.</param>
/// <param name="Robust">One entry an attack, in the order given; before the entry of an <see cref="AutoAttack"/> one for each of its attacks.</param>
/// <param name="Seconds">What all of it took.</param>
public sealed record EvaluationResult(int Images, NaturalResult Natural, IReadOnlyList<RobustResult> Robust, double Seconds)
{
    /// <summary>What was found out image by image, by their position in the dataset.</summary>
    public IReadOnlyList<ImageOutcome> Outcomes { get; init; } = [];

    /// <summary>Reasons to doubt the figures.</summary>
    public IReadOnlyList<EvaluationWarning> Warnings { get; init; } = [];

    /// <summary>Against all threat models at once; null where the attacks are all in the same one.</summary>
    public UnionResult? Union
    {
        get
        {
            RobustResult[] whole = [.. Robust.Where(result => result.PartOf is null)];
            ThreatModel[] models = [.. whole.Select(result => result.Attack.ThreatModel).Distinct()];
            if (models.Length < 2)
                return null;
            HashSet<int> standing = [.. whole[0].Standing];
            foreach (RobustResult result in whole)
                standing.IntersectWith(result.Standing);
            return new UnionResult(models, Images, standing.Count);
        }
    }
}
