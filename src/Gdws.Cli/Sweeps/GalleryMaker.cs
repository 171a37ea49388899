using Gdws.Cli.Evaluation;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using TorchSharp;

namespace Gdws.Cli.Sweeps;

/// <summary>Makes a gallery: attacks a few images on every network and keeps what came of it as pictures.</summary>
internal static class GalleryMaker
{
    private const int LookedAt = 24;

    /// <summary>Images of which the first ones are shown should not all be of one sort.</summary>
    /// <param name="networks">The networks by their names; the first one decides which images are taken: those that it classifies rightly.</param>
    /// <param name="data">The images.</param>
    /// <param name="choice">The attack; of one that has parts the first part.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="count">How many images to show at most.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static Gallery Make(
        IReadOnlyList<(string Name, OnnxModel Model)> networks, IImageDataset data, AttackChoice choice, string device, int count, CancellationToken cancellation)
    {
        IAttack attack = choice.ToAttack() is AutoAttack whole ? whole.Attacks[0] : choice.ToAttack();
        double magnification = MagnificationOf(attack.ThreatModel, data.ImageLength());
        int[] indices = [.. Enumerable.Range(0, Math.Min(LookedAt, data.Count))];
        AttackedImages[] attacked = [.. networks.Select(network =>
        {
            cancellation.ThrowIfCancellationRequested();
            return AttackedImages.Of(network.Model, data, indices, attack, device, cancellation);
        })];

        ClassNames names = ClassNames.Of(data);
        return new Gallery($"{attack.Name} {choice.ModelText}", attack.ThreatModel.Epsilon, magnification, [.. Chosen(attacked, data, count).Select(i =>
            new GalleryImage(i, names[data.Label(i)], Picture(data, attacked[0].Clean(i)), [.. networks.Zip(attacked, (network, result) =>
                new GalleryAttack(
                    network.Name,
                    Guess(result.Before(i), data.Label(i), names),
                    Guess(result.After(i), data.Label(i), names),
                    Picture(data, result.Adversarial(i)),
                    Picture(data, Difference(result.Clean(i), result.Adversarial(i), magnification))))]))]);
    }

    /// <summary>
    /// Images that the first network classifies rightly, as varied as can be: broken for none, some or all networks in turns. Where there are too few,
    /// the others.
    /// </summary>
    private static IEnumerable<int> Chosen(AttackedImages[] attacked, IImageDataset data, int count)
    {
        int[] all = [.. Enumerable.Range(0, attacked[0].Count)];
        IEnumerable<int> right = all.Where(i => attacked[0].Before(i).Class == data.Label(i));
        IEnumerable<int> varied = right
            .GroupBy(i => string.Concat(attacked.Select(a => a.After(i).Class == data.Label(i) ? 'r' : 'w')))
            .SelectMany(group => group.Select((image, place) => (image, place)))
            .OrderBy(entry => entry.place).ThenBy(entry => entry.image).Select(entry => entry.image);
        return varied.Concat(all).Distinct().Take(count).Order();
    }

    /// <summary>What makes the largest change that an attacker is likely to make reach from grey to black or white.</summary>
    private static double MagnificationOf(ThreatModel model, int values) => Math.Round(Math.Max(1, 0.5 / model.Norm switch
    {
        Norm.Linf => model.Epsilon,
        Norm.L2 => 4 * model.Epsilon / Math.Sqrt(values),
        _ => 1,
    }), 1);

    private static float[] Difference(float[] clean, float[] adversarial, double magnification) =>
        [.. clean.Zip(adversarial, (before, after) => (float)(0.5 + (magnification * (after - before))))];

    private static string Picture(IImageDataset data, float[] pixels) =>
        Convert.ToBase64String(PngPicture.Encode(pixels, data.Channels, data.Height, data.Width));

    private static GalleryGuess Guess((int Class, double Percent) guess, int label, ClassNames names) =>
        new(names[guess.Class], guess.Percent, guess.Class == label);

    /// <summary>Images, clean and attacked, with what a network makes of them.</summary>
    private sealed class AttackedImages
    {
        private readonly int _length;
        private readonly float[] _clean, _adversarial, _before, _after;

        private AttackedImages(int count, float[] clean, float[] adversarial, float[] before, float[] after)
        {
            Count = count;
            _length = clean.Length / count;
            (_clean, _adversarial, _before, _after) = (clean, adversarial, before, after);
        }

        public int Count { get; }

        public static AttackedImages Of(
            OnnxModel model, IImageDataset data, int[] indices, IAttack attack, string device, CancellationToken cancellation)
        {
            using TorchNetwork network = new(model, TorchRuntime.Device(device), new TorchNetworkOptions { SkipFinalSoftmax = true });
            using DisposeScope scope = torch.NewDisposeScope();
            float[] pixels = new float[indices.Length * data.ImageLength()];
            int[] labels = new int[indices.Length];
            data.CopyBatch(0, indices.Length, pixels, labels);
            torch.Tensor images = torch.tensor(pixels, [indices.Length, data.Channels, data.Height, data.Width]);
            using AttackResult result = attack.Run(network, images, labels, indices, cancellation);
            using IDisposable noGradients = torch.no_grad();
            return new AttackedImages(indices.Length, pixels, Values(result.Images), Values(network.Forward(images)), Values(network.Forward(result.Images)));
        }

        public float[] Clean(int image) => _clean[(image * _length)..((image + 1) * _length)];

        public float[] Adversarial(int image) => _adversarial[(image * _length)..((image + 1) * _length)];

        public (int Class, double Percent) Before(int image) => Best(_before, image);

        public (int Class, double Percent) After(int image) => Best(_after, image);

        private (int Class, double Percent) Best(float[] logits, int image)
        {
            int classes = logits.Length / Count;
            ReadOnlySpan<float> row = logits.AsSpan(image * classes, classes);
            int best = 0;
            for (int i = 1; i < classes; i++)
                best = row[i] > row[best] ? i : best;
            double sum = 0;
            foreach (float logit in row)
                sum += Math.Exp(logit - row[best]);
            return (best, Math.Round(100 / sum, 1));
        }

        private static float[] Values(torch.Tensor tensor) => tensor.detach().cpu().to(torch.ScalarType.Float32).contiguous().data<float>().ToArray();
    }
}
