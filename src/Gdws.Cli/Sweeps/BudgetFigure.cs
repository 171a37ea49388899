namespace Gdws.Cli.Sweeps;

/// <summary>What bounded an approximation.</summary>
/// <param name="Kind">The option that gives such a budget, without its dashes.</param>
/// <param name="Value">Its value.</param>
/// <param name="RoundTo">G is a multiple of this in every layer.</param>
internal sealed record BudgetFigure(string Kind, double Value, int RoundTo);
