using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports;

/// <summary>What became of the images under one attack, part by part.</summary>
/// <param name="Title">The attack and its threat model.</param>
/// <param name="Parts">What can become of an image, in the order of events.</param>
/// <param name="Networks">A row a network.</param>
internal sealed record AttackShares(string Title, IReadOnlyList<string> Parts, IReadOnlyList<AttackShares.Row> Networks)
{
    public const string Wrong = "misclassified without an attack";
    public const string Stands = "stands";

    public static IReadOnlyList<AttackShares> Of(SweepResult result)
    {
        List<AttackShares> all = [];
        var wholes = result.Networks.SelectMany(network => network.Robust).Where(figure => figure.PartOf is null)
            .Select(figure => (figure.Attack, figure.Threat)).Distinct();
        foreach ((string attack, string threat) in wholes)
        {
            string[] parts = [.. result.Networks.SelectMany(network => PartsOf(network, attack, threat)).Select(figure => $"broken by {figure.Attack}").Distinct()];
            Row[] rows = [.. result.Networks.Where(network => PartsOf(network, attack, threat).Length > 0).Select(network => RowOf(network, parts, attack, threat))];
            all.Add(new AttackShares($"{attack}, {threat}", [Wrong, .. parts, Stands], rows));
        }

        return all;
    }

    /// <summary>The attack's parts, or itself where it has none.</summary>
    private static RobustFigure[] PartsOf(NetworkResult network, string attack, string threat)
    {
        RobustFigure[] parts = [.. network.Robust.Where(figure => figure.PartOf == attack && figure.Threat == threat)];
        return parts.Length > 0 ? parts : [.. network.Robust.Where(figure => figure.Attack == attack && figure.Threat == threat && figure.PartOf is null)];
    }

    private static Row RowOf(NetworkResult network, string[] parts, string attack, string threat)
    {
        RobustFigure[] figures = PartsOf(network, attack, threat);
        int images = figures[0].Images;
        int[] counts = new int[parts.Length + 2];
        counts[0] = images - figures[0].Attacked;
        foreach (RobustFigure figure in figures)
            counts[1 + Array.IndexOf(parts, $"broken by {figure.Attack}")] += figure.Attacked - figure.Correct;
        counts[^1] = figures[^1].Correct;
        return new Row(network.Name, images, counts);
    }

    /// <summary>A network under the attack.</summary>
    /// <param name="Network">Its name.</param>
    /// <param name="Images">All images.</param>
    /// <param name="Counts">How many met with each of the parts.</param>
    internal sealed record Row(string Network, int Images, IReadOnlyList<int> Counts);
}
