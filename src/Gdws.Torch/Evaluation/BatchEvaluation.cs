using System.Diagnostics;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>All attacks on one batch, one after another; nothing of another batch is needed for it.</summary>
/// <param name="network">The network.</param>
/// <param name="attacks">The attacks.</param>
/// <param name="seconds">Receives what every run took, attack by attack and part by part.</param>
internal sealed class BatchEvaluation(TorchNetwork network, IReadOnlyList<IAttack> attacks, double[] seconds)
{
    /// <summary>Images that an attack calls broken and the network has right when it is asked again.</summary>
    public int Unconfirmed { get; private set; }

    /// <summary>Attacks the images that are right by nature.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="natural">What is known of them without attacks.</param>
    /// <param name="keepsImages">Whether the adversarial images are kept.</param>
    /// <param name="tell">Is told before every run: the attack's number, the run and how many images of the batch stand.</param>
    /// <param name="cancellation">Ends it early.</param>
    public EvaluatedBatch Run(
        EvaluationBatch batch, IReadOnlyList<ImageOutcome> natural, bool keepsImages, Action<int, IAttack, int> tell, CancellationToken cancellation)
    {
        List<AttackOutcome>[] fates = [.. natural.Select(_ => new List<AttackOutcome>())];
        List<ReadOnlyMemory<float>> images = [];
        int firstRun = 0;
        for (int i = 0; i < attacks.Count; i++)
        {
            float[] adversarial = keepsImages ? [.. batch.Pixels] : [];
            List<RunOutcome>[] runs = [.. natural.Select(_ => new List<RunOutcome>())];
            bool[] stands = [.. natural.Select(image => image.IsCorrect || attacks[i].AttacksWrong)];
            IReadOnlyList<IAttack> parts = EvaluationSummary.Runs(attacks[i]);
            for (int part = 0; part < parts.Count; part++)
            {
                int[] positions = [.. Enumerable.Range(0, stands.Length).Where(position => stands[position])];
                if (positions.Length == 0)
                    break;
                tell(i, parts[part], positions.Length);
                RunOutcome[] found = Attack(parts[part], batch, positions, adversarial, firstRun + part, cancellation);
                for (int row = 0; row < positions.Length; row++)
                {
                    runs[positions[row]].Add(found[row]);
                    stands[positions[row]] = found[row].Robust;
                }
            }

            firstRun += parts.Count;
            for (int position = 0; position < stands.Length; position++)
                fates[position].Add(new AttackOutcome(stands[position], [.. runs[position]]));
            if (keepsImages)
                images.Add(adversarial);
        }

        return new EvaluatedBatch([.. natural.Select((image, position) => image with { Attacks = [.. fates[position]] })], images);
    }

    private RunOutcome[] Attack(IAttack attack, EvaluationBatch all, int[] positions, float[] adversarial, int run, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using EvaluationBatch batch = all.At(positions);
        Stopwatch watch = Stopwatch.StartNew();
        using AttackResult result = attack.Run(network, batch.Images, batch.Labels, batch.Indices, cancellation);
        seconds[run] += watch.Elapsed.TotalSeconds;

        float[] perturbed = new float[batch.Pixels.Length];
        result.Images.CopyTo(perturbed);
        double[] distances = PerturbationCheck.Distances(network, attack, batch, perturbed);
        bool[] isRightAgain = AskAgain(batch, result);
        Unconfirmed += Enumerable.Range(0, positions.Length).Count(row => result.Broken[row] && isRightAgain[row]);
        for (int row = 0; row < positions.Length && adversarial.Length > 0; row++)
            perturbed.AsSpan(row * batch.ImageLength, batch.ImageLength).CopyTo(adversarial.AsSpan(positions[row] * batch.ImageLength));

        // Where the output is random an attack meets a wrong answer by chance sooner or later: there the second answer counts, as in the public code.
        return [.. distances.Select((distance, row) => new RunOutcome(!result.Broken[row] || (network.IsRandom && isRightAgain[row]), distance))];
    }

    /// <summary>Which images the network has right when it sees what the attack made of them once more.</summary>
    private bool[] AskAgain(EvaluationBatch batch, AttackResult result)
    {
        using Tensor logits = network.Logits(result.Images);
        Predictions predictions = new(network, logits, batch.Indices);
        return [.. batch.Labels.Select((label, row) => predictions.IsCorrect(row, label))];
    }
}
