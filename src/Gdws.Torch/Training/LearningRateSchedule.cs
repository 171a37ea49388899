namespace Gdws.Torch.Training;

/// <summary>The learning rate over the whole of a training.</summary>
/// <param name="Kind">Its course.</param>
/// <param name="Peak">The largest rate, above 0.</param>
public sealed record LearningRateSchedule(LearningRateKind Kind, double Peak)
{
    /// <summary>The share of a cyclic schedule in which the rate rises (Wong, Rice and Kolter 2020).</summary>
    private const double Rise = 0.4;

    /// <summary>The largest rate, above 0.</summary>
    public double Peak { get; } = TrainingSettings.Above0(Peak, "learning rate");

    /// <summary>The rate at a moment of the training.</summary>
    /// <param name="progress">The share of all steps that is done, from 0 to 1.</param>
    public double RateAt(double progress) => Peak * Kind switch
    {
        LearningRateKind.Piecewise => progress < 0.5 ? 1 : progress < 0.75 ? 0.1 : 0.01,
        LearningRateKind.Cosine => 0.5 * (1 + Math.Cos(Math.PI * progress)),
        LearningRateKind.Cyclic => progress < Rise ? progress / Rise : (1 - progress) / (1 - Rise),
        _ => 1,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()} {Peak}";
}
