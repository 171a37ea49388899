using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;
using static Gdws.Tests.Torch.Evaluation.RobustnessEvaluationTests;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Evaluation;

public sealed class SanityChecksTests
{
    private static readonly ThreatModel Small = new(Norm.Linf, 0.1);

    [Fact]
    public void AnOrdinaryNetwork_GivesNoWarnings() =>
        Assert.Empty(Warnings(Threshold(2), new PgdAttack(Small)));

    [Fact]
    public void WithoutAttacks_NothingIsChecked() => Assert.Empty(Warnings(Threshold(1e5f), attacks: []));

    [Fact]
    public void Probabilities_AreNoticedUnlessTheSoftmaxIsSkipped()
    {
        OnnxModel model = new TestNetwork(17, 0, 1, 1, 1)
            .With("w", [2, 1], -1, 1)
            .Node("Flatten", "flat", ["images"])
            .Node("Gemm", "raw", ["flat", "w"], node => node.With("transB", 1))
            .Node("Softmax", "logits", ["raw"], node => node.With("axis", 1))
            .Build("logits");

        Assert.Equal("softmax-output", Assert.Single(Warnings(model, new FgsmAttack(Small))).Id);
        Assert.Empty(Warnings(model, new TorchNetworkOptions { SkipFinalSoftmax = true }, new FgsmAttack(Small)));
    }

    [Fact]
    public void ANetworkThatIsTooSure_HasNoGradientsAndFallsToSquare()
    {
        EvaluationWarning[] warnings = Warnings(Threshold(1e5f), new PgdAttack(Small) { RandomStart = false }, new SquareAttack(Small) { Iterations = 50 });

        Assert.Equal(["zero-gradients", "square-beats-gradients"], warnings.Select(warning => warning.Id));
        Assert.Contains("3 of 3 images", warnings[0].Message, StringComparison.Ordinal);
        Assert.Contains("square broke 1 images", warnings[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Norm.Linf, 8, true)]
    [InlineData(Norm.Linf, 0.3, false)]
    [InlineData(Norm.L2, 128, true)]
    [InlineData(Norm.L2, 0.45, false)]
    [InlineData(Norm.L1, 0.45, false)]
    [InlineData(Norm.L1, 12, true)]
    public void AnEpsilonThatLooksUnscaled_IsNoticed(Norm norm, double epsilon, bool isNoticed)
    {
        EvaluationWarning[] warnings = Warnings(Threshold(2), new PgdAttack(new ThreatModel(norm, epsilon)));

        Assert.Equal(isNoticed ? ["epsilon-unscaled"] : [], warnings.Select(warning => warning.Id));
        if (isNoticed)
            Assert.Contains($"{epsilon}/255", warnings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ImagesOutsideTheBox_AreRefusedBeforeAnAttack()
    {
        using TorchNetwork network = new(Threshold(2));
        MemoryDataset data = new([0.1f, 200], [0, 1]);

        string message = Assert.Throws<GdwsException>(() => new RobustnessEvaluation { Attacks = [new PgdAttack(Small)] }.Evaluate(network, data)).Message;

        Assert.Contains("1 values of images 0 to 1 are outside [0,1], e.g. 200", message, StringComparison.Ordinal);
        Assert.Equal(2, new RobustnessEvaluation().Evaluate(network, data).Natural.Correct);
    }

    [Fact]
    public void ImagesOutsideTheBoxInALaterBatch_AreRefusedToo()
    {
        using TorchNetwork network = new(Threshold(2));
        MemoryDataset data = new([0.1f, 0.9f, -3], [0, 1, 0]);

        string message = Assert.Throws<GdwsException>(() => new RobustnessEvaluation { BatchSize = 2, Attacks = [new PgdAttack(Small)] }.Evaluate(network, data)).Message;

        Assert.Contains("1 values of images 2 to 2 are outside [0,1], e.g. -3", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnImageThatIsBrokenOnlyByWord_IsNoticed()
    {
        EvaluationWarning warning = Assert.Single(Warnings(Threshold(2), new Boaster()));

        Assert.Equal("unconfirmed-adversarial", warning.Id);
        Assert.Contains("3 images count as broken", warning.Message, StringComparison.Ordinal);
    }

    private sealed class Boaster : IAttack
    {
        public string Name => "boaster";

        public ThreatModel ThreatModel => Small;

        public int Iterations => 1;

        public double Step => 1;

        public int Restarts => 1;

        public AttackResult Run(
            TorchNetwork network, Tensor images, IReadOnlyList<int> labels, IReadOnlyList<int> indices, CancellationToken cancellation = default) =>
            new(images.clone(), [.. labels.Select(_ => true)]);
    }

    /// <summary>Class 1 above 0.5. With a large scale the network is so sure that the gradient of the cross-entropy is exactly zero.</summary>
    private static OnnxModel Threshold(float scale) => TorchNetworks.Linear([1, 1, 1], [[-scale], [scale]], [scale, 0]);

    private static EvaluationWarning[] Warnings(OnnxModel model, params IAttack[] attacks) => Warnings(model, new TorchNetworkOptions(), attacks);

    private static EvaluationWarning[] Warnings(OnnxModel model, TorchNetworkOptions options, params IAttack[] attacks)
    {
        using TorchNetwork network = new(model, options: options);
        MemoryDataset data = new([0.1f, 0.45f, 0.8f], [0, 0, 1]);
        return [.. new RobustnessEvaluation { Attacks = attacks }.Evaluate(network, data).Warnings];
    }
}
