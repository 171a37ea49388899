using Gdws.Cli.Output;
using Gdws.Torch.Training;

namespace Gdws.Cli.Training;

/// <summary>A line an epoch. The columns have fixed widths, so that a line can be printed as soon as its epoch is over.</summary>
internal sealed class EpochTable(TrainingOptions options, bool hasHeldOut)
{
    private readonly (string Upper, string Lower, int Width)[] _columns =
    [
        ("", "epoch", 5 + options.Epochs.ToString().Length),
        ("", "rate", 8),
        ("", "loss", 7),
        .. Pair("training", options.Method is NaturalTraining or TradesTraining, options.Method is not NaturalTraining),
        .. Pair("held out", hasHeldOut, hasHeldOut && options.Method is not NaturalTraining),
        ("", "time", 8),
    ];

    private readonly bool _hasTrainingNatural = options.Method is NaturalTraining or TradesTraining;
    private readonly bool _isAdversarial = options.Method is not NaturalTraining;

    /// <summary>The header's lines.</summary>
    public IEnumerable<string> Header =>
    [
        Line(_columns.Select(c => c.Upper)),
        Line(_columns.Select(c => c.Lower)),
        new('─', _columns.Sum(c => c.Width) + (2 * (_columns.Length - 1))),
    ];

    /// <summary>An epoch's line.</summary>
    public string Row(EpochResult epoch)
    {
        List<string> cells = [$"{epoch.Epoch}/{options.Epochs}", Quantity.Small(epoch.LearningRate), $"{epoch.Loss:F4}"];
        if (_hasTrainingNatural)
            cells.Add(Percent(epoch.TrainingNatural));
        if (_isAdversarial)
            cells.Add(Percent(epoch.TrainingRobust));
        if (hasHeldOut)
            cells.Add(Share(epoch.Validation, epoch.Validation?.Natural));
        if (hasHeldOut && _isAdversarial)
            cells.Add(Share(epoch.Validation, epoch.Validation?.Robust));
        cells.Add(Quantity.Time(epoch.Seconds));
        return Line(cells);
    }

    private static IEnumerable<(string Upper, string Lower, int Width)> Pair(string upper, bool natural, bool robust)
    {
        if (natural)
            yield return (upper, "natural", 8);
        if (robust)
            yield return (upper, "robust", 8);
    }

    private static string Percent(double? value) => value is null ? "-" : $"{value:F1} %";

    private static string Share(ValidationResult? validation, int? right) =>
        validation is null || right is null ? "-" : Quantity.Percent(right.Value, validation.Images);

    private string Line(IEnumerable<string> cells) => string.Join("  ", cells.Zip(_columns, (cell, column) => cell.PadLeft(column.Width))).TrimEnd();
}
