using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>Counts what was found out image by image.</summary>
public static class EvaluationSummary
{
    /// <summary>Sums up an evaluation, or several that are joined.</summary>
    /// <param name="attacks">The attacks, in the order of <see cref="ImageOutcome.Attacks"/>.</param>
    /// <param name="outcomes">The images, at least one.</param>
    /// <param name="seconds">What each run took, attack by attack and part by part; empty where that isn't known.</param>
    /// <returns>The accuracies, and the warnings that they give reason for; <see cref="EvaluationResult.Seconds"/> is 0.</returns>
    /// <exception cref="GdwsException">There are no images.</exception>
    public static EvaluationResult Of(IReadOnlyList<IAttack> attacks, IReadOnlyList<ImageOutcome> outcomes, IReadOnlyList<double>? seconds = null)
    {
        ArgumentNullException.ThrowIfNull(attacks);
        ArgumentNullException.ThrowIfNull(outcomes);
        if (outcomes.Count == 0)
            throw new GdwsException("there are no images to sum up");

        int[] standing = [.. outcomes.Where(image => image.IsCorrect).Select(image => image.Image)];
        int[] topFive = [.. outcomes.Where(image => image.InTopFive).Select(image => image.Image)];
        NaturalResult natural = new(outcomes.Count, standing.Length, topFive.Length) { Standing = standing, StandingTopFive = topFive };
        List<RobustResult> robust = [];
        Queue<double> times = new(seconds ?? []);
        for (int i = 0; i < attacks.Count; i++)
            robust.AddRange(Of(attacks[i], [.. outcomes.Select(image => (image, image.Attacks[i]))], times));
        return new EvaluationResult(outcomes.Count, natural, robust, 0) { Outcomes = outcomes, Warnings = [.. SanityChecks.OfResults(robust)] };
    }

    /// <summary>What an attack consists of.</summary>
    internal static IReadOnlyList<IAttack> Runs(IAttack attack) => attack is AutoAttack whole ? whole.Attacks : [attack];

    private static List<RobustResult> Of(IAttack attack, (ImageOutcome Image, AttackOutcome Fate)[] all, Queue<double> seconds)
    {
        IReadOnlyList<IAttack> runs = Runs(attack);
        List<RobustResult> results = [];
        for (int run = 0; run < runs.Count; run++)
        {
            (ImageOutcome Image, RunOutcome Run)[] attacked = [.. all.Where(one => one.Fate.Runs.Count > run).Select(one => (one.Image, one.Fate.Runs[run]))];
            int[] standing = [.. attacked.Where(one => one.Run.Robust).Select(one => one.Image.Image)];
            double largest = attacked.Select(one => one.Run.Distance).DefaultIfEmpty(0).Max();
            results.Add(new RobustResult(runs[run], all.Length, standing.Length, attacked.Length, seconds.TryDequeue(out double time) ? time : 0, largest)
            {
                Standing = standing,
                PartOf = attack is AutoAttack ? attack : null,
            });
        }

        if (attack is AutoAttack)
        {
            int[] standing = [.. all.Where(one => one.Fate.Robust).Select(one => one.Image.Image)];
            int attacked = all.Count(one => one.Image.IsCorrect);
            double largest = results.Select(result => result.MaxPerturbation).DefaultIfEmpty(0).Max();
            results.Add(new RobustResult(attack, all.Length, standing.Length, attacked, results.Sum(result => result.Seconds), largest) { Standing = standing });
        }

        return results;
    }
}
