using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;
using TorchSharp;

namespace Gdws.Tests.Torch.Evaluation;

[Collection(SteadyThreads.Name)]
public sealed class RobustnessEvaluationTests
{
    /// <summary>Class 1 where the one pixel is above 0.5; the images' distances to that are known.</summary>
    private static OnnxModel Threshold => TorchNetworks.Linear([1, 1, 1], [[-1], [1]], [1, 0]);

    [Fact]
    public void Accuracies_AreCountedImageByImage()
    {
        // right by 0.4, 0.05, 0.3, 0.02; wrong
        MemoryDataset data = new([0.1f, 0.45f, 0.8f, 0.52f, 0.9f], [0, 0, 1, 1, 0]);
        RobustnessEvaluation evaluation = new()
        {
            BatchSize = 2,
            Attacks = [new PgdAttack(new ThreatModel(Norm.Linf, 0.1)), new PgdAttack(new ThreatModel(Norm.L2, 0.03)), new PgdAttack(new ThreatModel(Norm.L1, 0.35))],
        };

        using TorchNetwork network = new(Threshold);
        EvaluationResult result = evaluation.Evaluate(network, data);

        Assert.Equal((5, 4, 5), (result.Natural.Images, result.Natural.Correct, result.Natural.TopFive));
        Assert.Equal([0, 1, 2, 3], result.Natural.Standing);
        Assert.Equal(80, result.Natural.Accuracy);
        Assert.Equal([2, 3, 1], result.Robust.Select(r => r.Correct));
        Assert.Equal(40, result.Robust[0].Accuracy);
        Assert.All(result.Robust, r => Assert.InRange(r.MaxPerturbation, 0.9 * r.Attack.ThreatModel.Epsilon, r.Attack.ThreatModel.Epsilon));
        Assert.All(result.Robust, r => Assert.Equal(4, r.Attacked));
    }

    [Fact]
    public void Progress_CountsEveryImage()
    {
        MemoryDataset data = new([0.1f, 0.45f, 0.8f], [0, 0, 1]);
        List<EvaluationProgress> told = [];
        RobustnessEvaluation evaluation = new() { BatchSize = 2, Attacks = [new PgdAttack(new ThreatModel(Norm.Linf, 0.1))] };

        using TorchNetwork network = new(Threshold);
        evaluation.Evaluate(network, data, new Direct(told.Add));

        // Clean images first; then before and after each batch.
        Assert.Equal([(2, 3, 2), (3, 3, 3), (0, 3, 0), (2, 3, 1), (2, 3, 1), (3, 3, 2)], told.Select(p => (p.Done, p.Total, p.Correct)));
        Assert.Equal([true, true, false, false, false, false], told.Select(p => p.Attack is null));
        Assert.All(told, p => Assert.Null(p.Part));
    }

    [Fact]
    public void Cancelling_EndsTheEvaluation()
    {
        using CancellationTokenSource source = new();
        using TorchNetwork network = new(Threshold);
        RobustnessEvaluation evaluation = new() { BatchSize = 1 };

        Assert.Throws<OperationCanceledException>(() =>
            evaluation.Run(network, new MemoryDataset([0, 1], [0, 1]), new Direct(_ => source.Cancel()), source.Token));
    }

    [Fact]
    public void DataThatDoesntSuit_IsRefusedWithBothSides()
    {
        using TorchNetwork network = new(Threshold);

        Assert.Contains("holds no images", Refused(new MemoryDataset([], [])), StringComparison.Ordinal);
        Assert.Contains("takes images of 1×1×1", Refused(new MemoryDataset([0, 0], [0]) { Width = 2 }), StringComparison.Ordinal);
        Assert.Contains("tells 2 classes apart", Refused(new MemoryDataset([0], [0]) { Classes = 10 }), StringComparison.Ordinal);
        Assert.Contains("image 1 has the class 2", Refused(new MemoryDataset([0, 0], [0, 2])), StringComparison.Ordinal);

        string Refused(IImageDataset data) => Assert.Throws<GdwsException>(() => new RobustnessEvaluation().Evaluate(network, data)).Message;
    }

    [Fact]
    public void NotANumber_IsRefused()
    {
        using TorchNetwork network = new(TorchNetworks.Linear([1, 1, 1], [[-1], [float.PositiveInfinity]], [1, 0]));

        GdwsException exception = Assert.Throws<GdwsException>(() => new RobustnessEvaluation().Evaluate(network, new MemoryDataset([0.5f, 0], [0, 0])));

        Assert.Contains("its output for image 1 is NaN", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAttackThatLeavesItsThreatModel_IsCaught()
    {
        using TorchNetwork network = new(Threshold);
        MemoryDataset data = new([0.1f], [0]);

        Assert.Contains("beyond linf 0.1 [perturbation-beyond-epsilon]", Caught(0.3f), StringComparison.Ordinal);
        Assert.Contains("[perturbation-not-a-number]", Caught(float.NaN), StringComparison.Ordinal);
        Assert.Contains("[perturbation-outside-box]", Caught(1.01f), StringComparison.Ordinal);
        Assert.Contains("outside [0,1]", Caught(float.NaN), StringComparison.Ordinal);
        Assert.Contains("outside [0,1]", Caught(-0.01f), StringComparison.Ordinal);

        string Caught(float value) => Assert.Throws<GdwsException>(() => new RobustnessEvaluation { Attacks = [new Cheat(value)] }.Evaluate(network, data)).Message;
    }

    [Fact]
    public void TheUnion_CountsImagesThatStandInEveryThreatModel()
    {
        // Class 1 where the sum of both pixels is above 1; distances of the images: 0.2, 0.08, 0.4 along one pixel, half of it in linf.
        using TorchNetwork network = new(TorchNetworks.Linear([1, 1, 2], [[-1, -1], [1, 1]], [2, 0]));
        MemoryDataset data = new([0.4f, 0.4f, 0.5f, 0.42f, 0.7f, 0.7f], [0, 0, 1]) { Width = 2 };

        UnionResult? union = new RobustnessEvaluation
        {
            Attacks = [new PgdAttack(new ThreatModel(Norm.Linf, 0.05)), new PgdAttack(new ThreatModel(Norm.L1, 0.25)), new FgsmAttack(new ThreatModel(Norm.L1, 0.25))],
        }.Evaluate(network, data).Union;

        Assert.Equal((3, 1), (union!.Images, union.Correct));
        Assert.Equal(["linf 0.05", "l1 0.25"], union.ThreatModels.Select(model => model.ToString()));
        Assert.Null(new RobustnessEvaluation { Attacks = [new PgdAttack(new ThreatModel(Norm.Linf, 0.05))] }.Evaluate(network, data).Union);
    }

    [Fact]
    public void ThePartsOfAnAttack_AreCountedOneAfterAnother()
    {
        MemoryDataset data = new([0.1f, 0.45f, 0.8f, 0.52f, 0.9f], [0, 0, 1, 1, 0]);
        ThreatModel model = new(Norm.Linf, 0.1);
        AutoAttack attack = new AutoAttack(model) with { Attacks = [new FgsmAttack(new ThreatModel(Norm.Linf, 0.03)), new PgdAttack(model), new SquareAttack(model) { Iterations = 5 }] };

        using TorchNetwork network = new(Threshold);
        IReadOnlyList<RobustResult> results = new RobustnessEvaluation { BatchSize = 2, Attacks = [attack] }.Evaluate(network, data).Robust;

        Assert.Equal(["fgsm", "pgd", "square", "autoattack"], results.Select(result => result.Attack.Name));
        Assert.Equal([(4, 3), (3, 2), (2, 2), (4, 2)], results.Select(result => (result.Attacked, result.Correct)));
        Assert.Equal([attack, attack, attack, null], results.Select(result => result.PartOf));
        Assert.Equal([0, 2], results[^1].Standing);
    }

    /// <summary>Interrupted at every moment that progress is told: before, between and after the parts of attacks on every batch.</summary>
    [Fact]
    public void AnInterruptedEvaluation_GoesOnToTheSameOutcomes()
    {
        float[] pixels = [0.1f, 0.45f, 0.8f, 0.52f, 0.9f, 0.3f, 0.58f];
        MemoryDataset data = new(pixels, [0, 0, 1, 1, 0, 0, 1]);
        ThreatModel model = new(Norm.Linf, 0.1);
        AutoAttack whole = new AutoAttack(model) with { Attacks = [new FgsmAttack(new ThreatModel(Norm.Linf, 0.03)), new PgdAttack(model), new SquareAttack(model) { Iterations = 5 }] };
        RobustnessEvaluation evaluation = new() { BatchSize = 2, Attacks = [whole, new PgdAttack(new ThreatModel(Norm.L2, 0.06))], KeepsImages = true };
        using TorchNetwork network = new(Threshold);
        (string expected, int moments) = Told(evaluation, int.MaxValue, []);

        Assert.True(moments > 20);
        for (int moment = 1; moment <= moments; moment++)
        {
            List<ImageOutcome> known = [];
            (string found, int told) = Told(evaluation, moment, known);
            if (told < moment || found.Length == 0)
                (found, _) = Told(evaluation, int.MaxValue, known);
            Assert.Equal(expected, found);
        }

        (string Outcomes, int Moments) Told(RobustnessEvaluation one, int last, List<ImageOutcome> known)
        {
            using CancellationTokenSource stop = new();
            int count = 0;
            RobustnessEvaluation recorded = one with { Known = [.. known], BatchDone = batch => known.AddRange(batch.Outcomes) };
            try
            {
                EvaluationResult result = recorded.Run(network, data, new Direct(_ =>
                {
                    if (++count == last)
                        stop.Cancel();
                }), stop.Token);
                return (System.Text.Json.JsonSerializer.Serialize(result.Outcomes), count);
            }
            catch (OperationCanceledException)
            {
                return ("", count);
            }
        }
    }

    [Fact]
    public void ImagesThatArentThere_AreRefused()
    {
        using TorchNetwork network = new(Threshold);
        MemoryDataset data = new([0.1f, 0.2f], [0, 0]);

        Assert.Contains("there is no image 2", Refused(new RobustnessEvaluation { First = 2 }), StringComparison.Ordinal);
        Assert.Contains("there are no 2 from image 1 on", Refused(new RobustnessEvaluation { First = 1, Count = 2 }), StringComparison.Ordinal);
        Assert.Equal([1], new RobustnessEvaluation { First = 1 }.Evaluate(network, data).Outcomes.Select(image => image.Image));

        string Refused(RobustnessEvaluation evaluation) => Assert.Throws<GdwsException>(() => evaluation.Evaluate(network, data)).Message;
    }

    private sealed class Direct(Action<EvaluationProgress> tell) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => tell(value);
    }

    private sealed class Cheat(float value) : IAttack
    {
        public string Name => "cheat";

        public ThreatModel ThreatModel { get; } = new(Norm.Linf, 0.1);

        public int Iterations => 1;

        public double Step => 1;

        public int Restarts => 1;

        public AttackResult Run(
            TorchNetwork network, torch.Tensor images, IReadOnlyList<int> labels, IReadOnlyList<int> indices, CancellationToken cancellation = default) =>
            new(torch.full_like(images, value), [true]);
    }

    internal sealed class MemoryDataset(float[] pixels, int[] labels) : IImageDataset
    {
        public string Name => "memory";

        public string Split => "test";

        public int Count => labels.Length;

        public int Channels => 1;

        public int Height => 1;

        public int Width { get; init; } = 1;

        public int Classes { get; init; } = 2;

        public int Label(int index) => labels[index];

        public void CopyImage(int index, Span<float> image) => pixels.AsSpan(index * Width, Width).CopyTo(image);
    }
}
