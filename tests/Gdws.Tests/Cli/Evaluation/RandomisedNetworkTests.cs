using System.Text.Json;
using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Tests.Torch;

namespace Gdws.Tests.Cli.Evaluation;

/// <summary>
/// Networks whose output is random. In images of class k the k-th of ten stripes is a little brighter than the others, by 0.2; a network that compares the
/// stripes' means is right up to ε = 0.1, from where on every image can be changed into one without any brighter stripe.
/// </summary>
public sealed class RandomisedNetworkTests : IDisposable
{
    private const int Images = 20;
    private const int Pixels = 3 * 32 * 32;
    private const float Contrast = 0.2f;

    private readonly TemporaryFolder _folder = new();
    private readonly string _data;

    public RandomisedNetworkTests() => _data = Stripes();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ANetworkThatDrawsRandomNumbers_IsWarnedOf()
    {
        JsonElement random = Evaluate(NoisyOutput(0.01f), "--attack", "pgd", "--eps", "0.01", "--iterations", "2");
        JsonElement steady = Evaluate(NoisyOutput(0), "--attack", "pgd", "--eps", "0.01", "--iterations", "2");

        Assert.Equal(["randomised-output"], Warnings(random));
        Assert.Contains("autoattack-rand", random.GetProperty("warnings")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(Warnings(steady));
        Assert.Equal([Images, Images], (int[])[Robust(random), Robust(steady)]);
    }

    [Fact]
    public void BadLuckAlone_BreaksNoImages()
    {
        // Wrong in about one of twenty answers: among 50 every image has had one.
        JsonElement json = Evaluate(NoisyOutput(0.065f), "--attack", "pgd", "--eps", "0.0001", "--iterations", "50");

        int natural = json.GetProperty("natural").GetProperty("correct").GetInt32();
        Assert.InRange(natural, 15, 20);
        Assert.InRange(Robust(json), natural - 4, natural);
        Assert.Equal(["randomised-output", "unconfirmed-adversarial"], Warnings(json));
    }

    [Fact]
    public void AveragedGradients_FindWhatSingleOnesMiss()
    {
        string network = ShatteredGradients();
        string[] attack = ["--attack", "pgd", "--eps", "0.13", "--step", "0.065", "--iterations", "4"];

        JsonElement single = Evaluate(network, attack), averaged = Evaluate(network, [.. attack, "--eot", "20"]);

        Assert.True(Robust(single) >= 15, $"{Robust(single)} stand");
        Assert.True(Robust(averaged) <= 2, $"{Robust(averaged)} stand");
    }

    [Fact]
    public void AutoAttackForRandomNetworks_BreaksThemBeyondTheirBound_AndNotWithin()
    {
        string network = ShatteredGradients();

        JsonElement within = Evaluate(network, "--attack", "apgd-dlr", "--iterations", "20", "--eot", "5", "--eps", "0.05", "--limit", "5");
        JsonElement beyond = Evaluate(network, "--attack", "autoattack-rand", "--eps", "0.13", "--limit", "5");

        Assert.Equal(5, Robust(within));
        Assert.Equal(["apgd-ce", "apgd-dlr", "autoattack-rand"], beyond.GetProperty("robust").EnumerateArray().Select(e => e.GetProperty("attack").GetString()));
        Assert.Equal(0, Correct(beyond)[^1]);
    }

    [Fact]
    public void TheSameCommand_GivesTheSameFigures_AndAnotherSeedOtherNoise()
    {
        string network = NoisyOutput(0.15f);
        string[] command = ["--attack", "pgd", "--eps", "0.02", "--iterations", "5"];

        string Outcomes(string seed, string file)
        {
            _ = Evaluate(network, [.. command, "--seed", seed, "--outcomes", _folder[file]]);
            return string.Join('\n', File.ReadAllLines(_folder[file]).Skip(1));
        }

        string first = Outcomes("1", "a.jsonl");

        Assert.Equal(first, Outcomes("1", "b.jsonl"));
        Assert.NotEqual(first, Outcomes("2", "c.jsonl"));
    }

    /// <summary>The stripes' means with normal noise.</summary>
    private string NoisyOutput(float scale) => _folder.Save(Means(new TestNetwork(17, 0, 3, 32, 32).Node("Flatten", "flat", ["images"]))
        .Node("RandomNormalLike", "noise", ["means"], n => n.With("scale", scale))
        .Node("Add", "logits", ["means", "noise"])
        .Build("logits"), $"noisy-{scale}.onnx");

    /// <summary>
    /// Every pixel's distance from grey is multiplied by 1 + 3n: little noise in the means of 300 of them, but every third gradient points the wrong way.
    /// </summary>
    private string ShatteredGradients() => _folder.Save(Means(new TestNetwork(17, 0, 3, 32, 32)
        .With("grey", [1], 0.5f)
        .With("one", [1], 1)
        .Node("Sub", "centred", ["images", "grey"])
        .Node("ReduceMean", "plane", ["images"], n => n.WithList("axes", 1))
        .Node("RandomNormalLike", "noise", ["plane"], n => n.With("scale", 3f))
        .Node("Add", "factors", ["noise", "one"])
        .Node("Mul", "shaken", ["centred", "factors"])
        .Node("Flatten", "flat", ["shaken"]))
        .With("sharpness", [1], 20)
        .Node("Mul", "logits", ["means", "sharpness"])
        .Build("logits"), "shattered.onnx");

    private static TestNetwork Means(TestNetwork network)
    {
        float[] weight = new float[10 * Pixels];
        for (int pixel = 0; pixel < Pixels; pixel++)
            weight[(Stripe(pixel) * Pixels) + pixel] = 10f / Pixels;
        return network.With("w", [10, Pixels], weight).Node("Gemm", "means", ["flat", "w"], n => n.With("transB", 1));
    }

    private static int Stripe(int pixel) => pixel * 10 / Pixels;

    private string Stripes()
    {
        byte[] bytes = new byte[Images * (Pixels + 1)];
        for (int image = 0; image < Images; image++)
        {
            Span<byte> record = bytes.AsSpan(image * (Pixels + 1), Pixels + 1);
            record[0] = (byte)(image % 10);
            for (int pixel = 0; pixel < Pixels; pixel++)
                record[1 + pixel] = (byte)(255 * (Stripe(pixel) == record[0] ? 0.5f + (Contrast / 2) : 0.5f - (Contrast / 2)));
        }

        Directory.CreateDirectory(_folder["cifar"]);
        File.WriteAllBytes(Path.Combine(_folder["cifar"], "test_batch.bin"), bytes);
        return $"cifar10:{_folder["cifar"]}";
    }

    private JsonElement Evaluate(string network, params string[] options)
    {
        CliRun run = CliRun.Of(["evaluate", network, "--data", _data, .. options, "--json", "-"]);
        Assert.True(run.Code == 0, run.Error);
        return run.Json;
    }

    private static int[] Correct(JsonElement json) => [.. json.GetProperty("robust").EnumerateArray().Select(e => e.GetProperty("correct").GetInt32())];

    private static int Robust(JsonElement json) => Assert.Single(Correct(json));

    private static IEnumerable<string?> Warnings(JsonElement json) => json.GetProperty("warnings").EnumerateArray().Select(e => e.GetProperty("id").GetString());
}
