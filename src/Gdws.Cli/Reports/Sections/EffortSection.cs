using Gdws.Cli.Comparison;
using Gdws.Cli.Output;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports.Sections;

/// <summary>What networks cost to make and to store; only where some were pruned, because approximating alone takes next to no time.</summary>
internal static class EffortSection
{
    public static string Write(SweepResult result)
    {
        if (result.Networks.All(network => network.Pruning is null))
            return "";
        string picture = Html.Figure("efforts", "Time to make", string.Join("; ", Effort.Of(result)) + ".");
        HtmlTable table = new HtmlTable("Size and time to make").Words("network").Figures("smaller", "search", "fine-tuning", "in all");
        foreach (NetworkResult network in result.Networks)
        {
            table.Row(
                network.Name,
                network.SizeRatio is { } smaller ? Quantity.Ratio(smaller) : "",
                Stage(network, PruningFigure.Search),
                Stage(network, PruningFigure.FineTuning),
                network.Seconds is { } seconds ? Quantity.Time(seconds) : "");
        }

        return picture + table.Write() + "<p class=\"note\">Smaller: how many times fewer parameters than the dense network, zeros not counted. Zeros that are scattered make a file "
            + "smaller only where the zeros are packed, and a runtime for dense networks no faster; pruned filters are really gone.</p>\n";
    }

    private static string Stage(NetworkResult network, string name) =>
        network.Pruning?.Stages.FirstOrDefault(stage => stage.Name == name) is { } found ? $"{Quantity.Time(found.Seconds)}, {found.Epochs} epochs" : "";
}
