namespace Gdws.Decomposition;

/// <summary>One way to have a layer that shares a budget with others.</summary>
/// <param name="Kernels">G, or null for the dense layer.</param>
/// <param name="Cost">What it costs, in any unit that is the same for all layers; at least 0 and finite.</param>
/// <param name="Error">What it does wrong, weighted so that layers can be compared; at least 0 and finite.</param>
public readonly record struct LayerChoice(int? Kernels, double Cost, double Error);
