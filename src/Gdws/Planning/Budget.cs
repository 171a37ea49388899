namespace Gdws.Planning;

/// <summary>What bounds an approximation, and by how much.</summary>
/// <param name="Kind">What is bounded.</param>
/// <param name="Value">β or R, see <see cref="BudgetKind"/>; finite and at least 0.</param>
/// <param name="RoundTo">The G of every layer is a multiple of this, or all of its components; at least 1.</param>
public sealed record Budget(BudgetKind Kind, double Value, int RoundTo = 1);
