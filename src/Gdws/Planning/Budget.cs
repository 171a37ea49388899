using System.Text.Json.Serialization;

namespace Gdws.Planning;

/// <summary>What bounds an approximation, and by how much.</summary>
/// <param name="Kind">What is bounded.</param>
/// <param name="Value">β, R or milliseconds, see <see cref="BudgetKind"/>; finite and at least 0.</param>
/// <param name="RoundTo">The G of every layer is a multiple of this, or all of its components; at least 1.</param>
public sealed record Budget(BudgetKind Kind, double Value, int RoundTo = 1)
{
    /// <summary>The measured times of the layers, for budgets of time; a plan keeps only what it used of them, see <see cref="PlanLatency"/>.</summary>
    [JsonIgnore]
    public LatencyModel? Latency { get; init; }

    /// <summary>Whether it bounds measured time.</summary>
    [JsonIgnore]
    public bool IsOfTime => Kind is BudgetKind.Speedup or BudgetKind.Latency;
}
