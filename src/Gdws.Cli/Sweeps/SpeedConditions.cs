namespace Gdws.Cli.Sweeps;

/// <summary>How frames per second were measured.</summary>
/// <param name="Engine">What ran the networks, e.g. <c>onnxruntime</c>.</param>
/// <param name="Batch">Images a run.</param>
/// <param name="Threads">Threads a run.</param>
/// <param name="Rounds">Rounds, in each of which every network had its turn.</param>
/// <param name="Date">When, e.g. <c>2026-03-01</c>; null where unknown.</param>
internal sealed record SpeedConditions(string Engine, int Batch, int Threads, int Rounds, string? Date = null);
