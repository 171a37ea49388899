namespace Gdws.Execution;

/// <summary>A network on an engine whose throughput is to be measured.</summary>
/// <param name="Network">The name in the report, e.g. the file's path.</param>
/// <param name="Engine">The engine's name, e.g. <c>onnxruntime</c>.</param>
/// <param name="Session">The network made ready; the measurement doesn't dispose it.</param>
public sealed record ThroughputCandidate(string Network, string Engine, IEngineSession Session);
