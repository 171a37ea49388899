using Gdws.Torch.Attacks;

namespace Gdws.Torch.Training;

/// <summary>
/// TRADES (Zhang et al. 2019): CE(f(x), y) + β · KL(f(x) ‖ f(x′)), where x′ makes the divergence large. The search starts beside the image, at
/// x + 0.001 · N(0, 1), since on the image itself the divergence has no slope. β weighs robustness against natural accuracy.
/// </summary>
public sealed record TradesTraining : TrainingMethod
{
    private const double StartScale = 0.001;

    private readonly int _iterations = 10;
    private readonly double _beta = 6;
    private readonly double? _step;

    /// <summary>Describes the training.</summary>
    /// <param name="threatModel">What the network shall be robust against.</param>
    public TradesTraining(ThreatModel threatModel) => ThreatModel = Known(threatModel);

    /// <summary>What the network shall be robust against.</summary>
    public ThreatModel ThreatModel { get; }

    /// <inheritdoc/>
    public override string Name => "trades";

    /// <inheritdoc/>
    public override IReadOnlyList<ThreatModel> ThreatModels => [ThreatModel];

    /// <summary>The weight of the divergence, above 0. Default: 6.</summary>
    public double Beta
    {
        get => _beta;
        init => _beta = TrainingSettings.Above0(value, "beta");
    }

    /// <summary>Steps of the search, at least 1. Default: 10.</summary>
    public int Iterations
    {
        get => _iterations;
        init => _iterations = TrainingSettings.AtLeastOne(value, "iterations");
    }

    /// <summary>The length of a step in pixel units. Default: 2.5 ε / iterations, e.g. 0.0078 for ε = 0.031 and 10 steps.</summary>
    public double Step
    {
        get => _step ?? 2.5 * ThreatModel.Epsilon / Iterations;
        init => _step = TrainingSettings.Above0(value, "step");
    }

    /// <inheritdoc/>
    public override string Description => $"{Name} {ThreatModel} beta {Beta} iterations {Iterations} step {Step}";

    internal override TrainingLoss LossOf(TrainableNetwork network, TrainingBatch batch, double smoothing)
    {
        using Tensor perturbed = Perturb(network.Network, batch);
        Tensor natural = network.Forward(batch.Images);
        Tensor robust = network.Forward(perturbed);
        using Tensor probabilities = torch.nn.functional.softmax(natural, 1);
        using Tensor divergence = TrainingLoss.Divergence(probabilities, robust);
        using Tensor weighted = divergence * KeptScalar.Of(Beta / batch.Indices.Length);
        using Tensor entropy = TrainingLoss.CrossEntropy(natural, batch, smoothing);
        return new TrainingLoss(entropy.Plus(weighted), natural, robust);
    }

    internal Tensor Perturb(TorchNetwork network, TrainingBatch batch)
    {
        using Ball ball = Ball.Around(ThreatModel, batch.Images, TrainingSettings.L1Fraction);
        using Tensor noise = batch.Gaussian(StartScale);
        using Tensor start = ball.Inside(noise);
        using Tensor probabilities = Probabilities(network, batch);
        return InnerMaximization.Climb(network, ball, start, Iterations, Step, logits => TrainingLoss.Divergence(probabilities, logits));
    }

    private static Tensor Probabilities(TorchNetwork network, TrainingBatch batch)
    {
        using IDisposable noGradients = torch.no_grad();
        using Tensor logits = network.Forward(batch.Images);
        return torch.nn.functional.softmax(logits, 1);
    }
}
