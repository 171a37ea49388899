using Gdws.Cli.Evaluation;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Cli.Demo;

/// <summary>A network of the demo with what was measured of it.</summary>
internal sealed record DemoNetwork
{
    /// <summary>The name in the table, e.g. <c>GDWS, 2× fewer MACs</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its file in the output folder.</summary>
    public required string File { get; init; }

    public required OnnxModel Model { get; init; }

    /// <summary>How it was made; null for the dense network.</summary>
    public GdwsPlan? Plan { get; init; }

    public required NetworkComplexity Complexity { get; init; }

    public AccuracyReport? Accuracy { get; init; }

    public ThroughputResult? Throughput { get; init; }

    /// <summary>The name of the plan's file in the output folder.</summary>
    public string PlanFile => Path.ChangeExtension(File, ".plan.json");
}
