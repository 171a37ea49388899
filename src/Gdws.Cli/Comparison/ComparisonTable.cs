using Gdws.Cli.Output;
using Gdws.Cli.Sweeps;
using Gdws.Cli.Verbs;

namespace Gdws.Cli.Comparison;

/// <summary>A comparison's summary in the terminal.</summary>
internal static class ComparisonTable
{
    public static void Print(VerbContext context, SweepResult result)
    {
        FigureTable table = new FigureTable().Words("network").Figures("natural", "robust", "MACs fewer", "smaller", "FPS", "ratio", "made in");
        foreach (NetworkResult network in result.Networks)
        {
            table.Row(
                network.Name,
                network.Natural is { } natural ? Quantity.Percent(natural.Correct, natural.Images) : "",
                network.RobustCount is { } robust ? Quantity.Percent(robust.Correct, robust.Images) : "",
                network.SpeedupMacs is { } fewer ? Quantity.Ratio(fewer) : "",
                network.SizeRatio is { } smaller ? Quantity.Ratio(smaller) : "",
                network.Fps is { } fps ? Quantity.Rate(fps) : "",
                network.RatioToBaseline is { } ratio ? Quantity.Ratio(ratio) : "",
                network.Seconds is { } seconds ? Quantity.Time(seconds) : "");
        }

        table.Print(context.Output);
        context.Line();
        PrintStages(context, result);
        foreach (string note in SweepTable.Notes(result))
            context.Line(note);
        context.Line("smaller: how many times fewer parameters, zeros not counted; made in: approximating, calibrating or pruning, without evaluation");
        foreach (string warning in result.Warnings)
            context.Warn(warning);
    }

    private static void PrintStages(VerbContext context, SweepResult result)
    {
        NetworkResult[] pruned = [.. result.Networks.Where(network => network.Pruning is not null)];
        if (pruned.Length == 0)
            return;
        FigureTable table = new FigureTable().Words("pruned network", "stage").Figures("epochs", "time");
        foreach (NetworkResult network in pruned)
        {
            foreach (StageFigure stage in network.Pruning!.Stages)
                table.Row(stage == network.Pruning.Stages[0] ? network.Name : "", stage.Name, $"{stage.Epochs}", Quantity.Time(stage.Seconds));
        }

        table.Print(context.Output);
        context.Line();
    }
}
