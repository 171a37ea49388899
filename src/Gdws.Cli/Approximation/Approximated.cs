using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Cli.Approximation;

/// <summary>A network within a budget, and the plan that made it.</summary>
internal sealed record Approximated(GdwsPlan Plan, OnnxModel Network)
{
    /// <summary>How many times fewer MACs the whole network needs.</summary>
    public double Speedup => PlanReport.Speedup(Plan);
}
