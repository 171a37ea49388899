namespace Gdws.Cli.Comparison;

/// <summary>A part of making a network.</summary>
/// <param name="Name">What it did: <c>search</c> or <c>fine-tuning</c>.</param>
/// <param name="Epochs">Its epochs.</param>
/// <param name="Seconds">What it took.</param>
internal sealed record StageFigure(string Name, int Epochs, double Seconds);
