using System.Text;
using Gdws.Cli.Output;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports.Sections;

/// <summary>The attacks, and what each of them broke.</summary>
internal static class AttackSection
{
    public static string Write(SweepResult result)
    {
        if (result.Networks.All(network => network.Robust.Count == 0))
            return "";

        StringBuilder html = new();
        foreach ((int index, AttackShares shares) in AttackShares.Of(result).Index())
        {
            html.Append(Html.Figure($"attacks-{index}", $"What became of the images under {shares.Title}", string.Join("; ", shares.Networks.Select(row =>
                $"{row.Network}: " + string.Join(", ", shares.Parts.Zip(row.Counts, (part, count) => $"{count} of {row.Images} {part}")))) + "."));
        }

        HtmlTable table = new HtmlTable("What each attack did to each network").Words("network", "attack", "threat model", "how")
            .Figures("attacked", "broken", "stands", "robust", "largest perturbation", "time");
        foreach (NetworkResult network in result.Networks)
        {
            foreach (RobustFigure figure in network.Robust)
            {
                table.Row(
                    network.Name,
                    figure.PartOf is null ? figure.Attack : $"… {figure.Attack} of {figure.PartOf}",
                    figure.Threat,
                    figure.How ?? "",
                    $"{figure.Attacked:N0}",
                    $"{figure.Attacked - figure.Correct:N0}",
                    $"{figure.Correct:N0} of {figure.Images:N0}",
                    Quantity.Percent(figure.Correct, figure.Images),
                    Quantity.Small(figure.MaxPerturbation),
                    figure.Seconds > 0 ? Quantity.Time(figure.Seconds) : "");
            }

            if (network.Union is { } union)
            {
                table.Row(
                    network.Name, "union", string.Join(", ", union.Threats), "stands in all of them", "", "", $"{union.Correct:N0} of {union.Images:N0}",
                    Quantity.Percent(union.Correct, union.Images), "", "");
            }
        }

        return html.Append(table.Write()).ToString();
    }
}
