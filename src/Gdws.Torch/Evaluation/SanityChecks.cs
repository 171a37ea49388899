using Gdws.Data;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Evaluation;

/// <summary>Finds what makes a robust accuracy look better than it is.</summary>
internal static class SanityChecks
{
    /// <summary>Square may break this share of all images that the attacks with gradients left standing.</summary>
    private const double SquareShare = 0.002;

    /// <summary>What the threat models themselves give away.</summary>
    public static IEnumerable<EvaluationWarning> OfThreatModels(IEnumerable<IAttack> attacks, int imageLength)
    {
        foreach (ThreatModel model in attacks.Select(attack => attack.ThreatModel).Distinct())
        {
            // Half of the box in every direction: any image can be turned into plain grey.
            double grey = 0.5 * (model.Norm switch { Norm.Linf => 1, Norm.L2 => Math.Sqrt(imageLength), _ => imageLength });
            if (model.Epsilon >= grey)
            {
                yield return new EvaluationWarning("epsilon-unscaled", string.Create(null,
                    $"{model}: ε is in pixel units, where images are in [0,1], and from {grey:G3} on every image can become plain grey; write {model.Epsilon}/255 where you mean 0..255"));
            }
        }
    }

    /// <summary>What the network does on a batch of clean images.</summary>
    public static IReadOnlyList<EvaluationWarning> OfNetwork(TorchNetwork network, EvaluationBatch batch)
    {
        List<EvaluationWarning> found = [];
        (double difference, double size, bool areProbabilities) = Outputs(network, batch);
        if (difference > 1e-4 * Math.Max(size, 1e-30))
        {
            found.Add(new EvaluationWarning("randomised-output",
                $"the same images gave logits that differ by {difference:G3}: an attack may take chance for robustness; use --attack autoattack-rand, or pgd with --eot 20, which average gradients"));
        }

        if (areProbabilities)
        {
            found.Add(new EvaluationWarning("softmax-output",
                "the outputs are probabilities instead of logits: where the network is sure gradients vanish and attacks on the cross-entropy fail; export it without its softmax"));
        }

        int without = WithoutGradient(network, batch);
        if (without > 0)
        {
            found.Add(new EvaluationWarning("zero-gradients",
                $"{without} of {batch.Indices.Length} images have a cross-entropy gradient of zero, where pgd and apgd-ce stand still: believe autoattack or square only, and see whether the network rounds, saturates or scales its logits up"));
        }

        return found;
    }

    /// <summary>Whether the network stands by what it said.</summary>
    /// <param name="unconfirmed">Images that an attack calls broken and that the network has right when it is asked again.</param>
    /// <param name="isRandom">Whether the network draws random numbers; the second answer counts then.</param>
    public static IEnumerable<EvaluationWarning> OfConfirmation(int unconfirmed, bool isRandom)
    {
        if (unconfirmed > 0 && isRandom)
        {
            yield return new EvaluationWarning("unconfirmed-adversarial",
                $"{unconfirmed} times the network had an image right again where an attack had found it wrong: its output is random, and such images stand; believe autoattack-rand or an attack with --eot, and see how far figures lie apart with another --seed");
        }
        else if (unconfirmed > 0)
        {
            yield return new EvaluationWarning("unconfirmed-adversarial",
                $"{unconfirmed} images count as broken that the network has right when it is asked again: its output is random or hangs on rounding; use --attack autoattack-rand, or --device cpu where a GPU rounds differently each time");
        }
    }

    /// <summary>What the results give away.</summary>
    public static IEnumerable<EvaluationWarning> OfResults(IReadOnlyList<RobustResult> results)
    {
        foreach (RobustResult square in results.Where(result => result.Attack is SquareAttack))
        {
            int lost = square.PartOf is not null
                ? square.Attacked - square.Correct
                : results.Where(other => other.PartOf is null && other.Attack is PgdAttack or ApgdAttack or FabAttack && other.Attack.ThreatModel == square.Attack.ThreatModel)
                    .Select(other => other.Standing.Except(square.Standing).Count()).DefaultIfEmpty(0).Min();
            if (lost > SquareShare * square.Images)
            {
                yield return new EvaluationWarning("square-beats-gradients",
                    $"square broke {lost} images ({100.0 * lost / square.Images:G2} % of all) that attacks with gradients couldn't, {square.Attack.ThreatModel}: the network may hide its gradients; attack it through a smooth version of itself before you trust the figure");
            }
        }
    }

    /// <summary>Finds images that no threat model applies to.</summary>
    public static EvaluationWarning? OfImages(EvaluationBatch batch, IImageDataset dataset)
    {
        float[] outside = [.. batch.Pixels.Where(value => !(value >= 0 && value <= 1))];
        return outside.Length == 0 ? null : new EvaluationWarning("images-outside-box",
            $"data '{dataset.Name}': {outside.Length} values of images {batch.Indices[0]} to {batch.Indices[^1]} are outside [0,1], e.g. {outside[0]:G4}: divide by 255 or leave out the normalisation, which belongs into the network");
    }

    private static (double Difference, double Size, bool AreProbabilities) Outputs(TorchNetwork network, EvaluationBatch batch)
    {
        using IDisposable noGradients = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor images = batch.Images.to(network.Precision, network.Device, copy: true);
        Tensor first = network.Logits(images).to(ScalarType.Float64);
        Tensor second = network.Logits(images).to(ScalarType.Float64);
        Tensor sums = first.sum(1);
        bool areProbabilities = network.Classes > 1 && first.min().item<double>() >= 0 && sums.Minus(torch.ones_like(sums)).abs().max().item<double>() < 1e-3;
        return (first.Minus(second).abs().max().item<double>(), first.abs().max().item<double>(), areProbabilities);
    }

    private static int WithoutGradient(TorchNetwork network, EvaluationBatch batch)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor images = batch.Images.to(network.Precision, network.Device, copy: true);
        Tensor labels = ImageTensors.FromLabels(batch.Labels, network.Device);
        Tensor largest = network.Look(images, [labels], withGradient: true, static (input, logits, rows) =>
        [
            logits.requires_grad
                ? torch.autograd.grad([AttackLoss.CrossEntropy(logits, rows[0]).sum()], [input])[0].abs().flatten(1).amax([1])
                : torch.zeros(input.shape[0], input.dtype, input.device),
        ])[0];
        return (int)largest.eq(KeptScalar.Zero).sum().item<long>();
    }
}
