namespace Gdws.Torch.Training;

/// <summary>What settings of training must keep.</summary>
internal static class TrainingSettings
{
    /// <summary>The share of an image's values that a step in an l1 ball changes, as in <see cref="Attacks.PgdAttack"/>.</summary>
    public const double L1Fraction = 0.01;

    public static int AtLeastOne(int value, string what) =>
        value >= 1 ? value : throw new GdwsException($"training: the {what} must be at least 1, found {value}");

    public static double Above0(double value, string what) =>
        double.IsFinite(value) && value > 0 ? value : throw new GdwsException($"training: the {what} must be above 0, found {value}");

    /// <summary>At least 0 and below 1.</summary>
    public static double Share(double value, string what) =>
        value is >= 0 and < 1 ? value : throw new GdwsException($"training: the {what} must be at least 0 and below 1, found {value}");
}
