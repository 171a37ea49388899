using Gdws.Cli.Output;
using Gdws.Cli.Verbs;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Approximation;

/// <summary>Tells what a search for the smallest network tried.</summary>
internal static class MaxDropReport
{
    /// <summary>Prints a row a network tried, in the order of trial.</summary>
    public static void Show(VerbContext context, MaxDropSearch search)
    {
        bool isAttacked = search.Attack is not null;
        FigureTable table = new FigureTable().Figures("MACs", "natural accuracy", "drop");
        if (isAttacked)
            table.Figures("robust accuracy", "drop");
        table.Words("");
        foreach (DropTrial trial in search.Trials)
        {
            bool isDense = ReferenceEquals(trial, search.Trials[0]);
            NaturalResult natural = trial.Accuracy.Natural;
            List<string> cells = [$"÷ {trial.Speedup:F2}", Quantity.Accuracy(natural.Correct, natural.Images), isDense ? "" : $"{trial.NaturalDrop}"];
            if (isAttacked)
                cells.AddRange([Quantity.Accuracy(trial.Accuracy.Robust[0].Correct, natural.Images), isDense ? "" : $"{trial.RobustDrop}"]);
            table.Row([.. cells, isDense ? "dense" : trial.IsKept ? "within" : "too much"]);
        }

        string how = search.Attack is { } attack ? $", {attack.ThreatText}, {attack.HowText}" : "";
        context.Line($"{search.Data.Name} ({search.Data.Split}, {search.Data.Count:N0} images){how}; drops in points ± standard error of the paired difference");
        table.Print(context.Output);
        context.Line();
    }

    /// <summary>The entries of the JSON.</summary>
    public static object Document(MaxDropSearch search) => new
    {
        Data = search.Data.Name,
        search.Data.Split,
        Images = search.Data.Count,
        Attack = search.Attack is { } attack
            ? new { attack.Kind, Norm = attack.Norm.ToString().ToLowerInvariant(), Epsilon = attack.Epsilon.Value, attack.ToAttack().Iterations, attack.ToAttack().Step, attack.Seed }
            : null,
        Networks = search.Trials.Select((trial, i) => new
        {
            SpeedupMacs = trial.Speedup,
            trial.Macs,
            Natural = Figures(trial.Accuracy.Natural.Correct, trial.Accuracy.Natural.Accuracy, trial.NaturalDrop),
            Robust = trial.RobustDrop is { } drop ? Figures(trial.Accuracy.Robust[0].Correct, trial.Accuracy.Robust[0].Accuracy, drop) : null,
            Kept = trial.IsKept,
        }),
    };

    private static object Figures(int correct, double accuracy, PairedDrop drop) => new { Correct = correct, Accuracy = accuracy, Drop = drop.Points, drop.StandardError };
}
