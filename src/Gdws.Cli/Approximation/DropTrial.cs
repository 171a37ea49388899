using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Approximation;

/// <summary>One network that a search for the smallest tried; the first is the dense one.</summary>
/// <param name="Speedup">How many times fewer MACs it needs.</param>
/// <param name="Macs">Multiply-accumulates for one image.</param>
/// <param name="Accuracy">What was measured of it.</param>
/// <param name="NaturalDrop">What it loses against the dense network on clean images.</param>
/// <param name="RobustDrop">The same under attack; null where none was asked for.</param>
/// <param name="IsKept">Whether it loses no more than allowed.</param>
internal sealed record DropTrial(
    double Speedup, long Macs, EvaluationResult Accuracy, PairedDrop NaturalDrop, PairedDrop? RobustDrop, bool IsKept);
