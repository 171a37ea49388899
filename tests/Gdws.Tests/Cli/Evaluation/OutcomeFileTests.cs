using CsCheck;
using Gdws.Cli.Evaluation;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;

namespace Gdws.Tests.Cli.Evaluation;

public sealed class OutcomeFileTests : IDisposable
{
    private static readonly AttackChoice[] Choices =
    [
        new(Norm.Linf, Gdws.Cli.Fraction.Parse("8/255")) { Kind = "autoattack", Seed = 3 },
        new(Norm.L2, Gdws.Cli.Fraction.Parse("0.5")) { Kind = "pgd", Seed = 3, Step = Gdws.Cli.Fraction.Parse("1/8"), Restarts = 2 },
    ];

    private static readonly Gen<ImageOutcome> Image =
        from label in Gen.Int[0, 9]
        from predicted in Gen.Int[0, 9]
        from runs in Gen.Int[1, 4]
        from distances in Gen.Double[0, 1].Array[5]
        from broken in Gen.Bool
        from second in Gen.Bool
        select new ImageOutcome(0, label, predicted, label == predicted)
        {
            Attacks = label != predicted
                ? [new AttackOutcome(false, []), new AttackOutcome(false, [])]
                :
                [
                    broken
                        ? new AttackOutcome(false, [.. Enumerable.Range(0, runs).Select(i => new RunOutcome(i < runs - 1, distances[i]))])
                        : new AttackOutcome(true, [.. distances[..4].Select(distance => new RunOutcome(true, distance))]),
                    new AttackOutcome(second, [new RunOutcome(second, distances[4])]),
                ],
        };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatIsWritten_IsRead() => Image.Array[0, 12].Sample(images =>
    {
        OutcomeFile file = File([.. images.Select((image, i) => image with { Image = i + 5 })]);
        file.Write();
        OutcomeFile read = OutcomeFile.Read(file.Path);

        Assert.Null(read.Header.DifferenceFrom(file.Header));
        Assert.Equal(file.Header.Images, read.Header.Images);
        Assert.Equal(file.Images.Select(OutcomeLines.Write), read.Images.Select(OutcomeLines.Write));
        Assert.Equal(images.Length == 12, read.IsComplete);
        byte[] bytes = System.IO.File.ReadAllBytes(file.Path);
        read.Write();
        Assert.Equal(bytes, System.IO.File.ReadAllBytes(file.Path));
    }, iter: 30, threads: 1);

    [Fact]
    public void EveryDamage_IsNamedWithItsLineOrStaysHarmless()
    {
        OutcomeFile file = File([.. Enumerable.Range(5, 3).Select(Robust)]);
        file.Write();
        byte[] sound = System.IO.File.ReadAllBytes(file.Path);

        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte).Sample((position, value) =>
        {
            byte[] damaged = [.. sound];
            damaged[position] = value;
            Tolerates(damaged);
            Tolerates(sound[..position]);
        }, iter: 300, threads: 1);

        void Tolerates(byte[] bytes)
        {
            System.IO.File.WriteAllBytes(file.Path, bytes);
            try
            {
                _ = OutcomeFile.Read(file.Path);
            }
            catch (GdwsException exception)
            {
                Assert.StartsWith(file.Path, exception.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("\n", exception.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("\"robust\":true,\"runs\":[{\"robust\":true", "\"robust\":true,\"runs\":[{\"robust\":false", "line 2: contradicts itself")]
    [InlineData("\"runs\":[{\"robust\":true,\"distance\":0.5}]", "\"runs\":[]", "line 2: contradicts itself")]
    [InlineData("\"image\":5", "\"image\":4", "line 2: image 4 is out of order or not among the 12 images from 5 on")]
    [InlineData("\"image\":6", "\"image\":5", "line 3: image 5 is out of order")]
    [InlineData("\"label\":1", "\"lable\":1", "line 2: is no outcome of an image")]
    [InlineData("0.25", "-0.25", "line 2: has a distance")]
    [InlineData("\"gdws_outcomes\":1", "\"gdws_outcomes\":2", "line 1: has version 2 of the format, expected 1")]
    [InlineData("\"gdws_outcomes\":1", "\"outcomes\":1", "line 1: isn't the first line of an outcome file")]
    [InlineData("\"of\":20", "\"of\":2", "aren't a part of 2")]
    [InlineData("8/255", "8/nil", "line 1: isn't the first line")]
    public void WhatMakesNoSense_IsRefused(string what, string by, string message)
    {
        OutcomeFile file = File([Robust(5), Robust(6)]);
        file.Write();
        string text = System.IO.File.ReadAllText(file.Path);
        Assert.Contains(what, text, StringComparison.Ordinal);
        int place = text.IndexOf(what, StringComparison.Ordinal);
        System.IO.File.WriteAllText(file.Path, string.Concat(text.AsSpan(0, place), by, text.AsSpan(place + what.Length)));

        Assert.Contains(message, Assert.Throws<InvalidFileException>(() => OutcomeFile.Read(file.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsMissingEmptyOrEndless_IsOneLine()
    {
        Assert.Contains("can't be read", Assert.Throws<GdwsException>(() => OutcomeFile.Read(_folder["none"])).Message, StringComparison.Ordinal);
        Assert.Contains("is empty", Assert.Throws<InvalidFileException>(() => OutcomeFile.Read(_folder.Write("empty", []))).Message, StringComparison.Ordinal);
        Assert.Contains("is longer than", Assert.Throws<InvalidFileException>(() => OutcomeFile.Read(_folder.Write("long", new byte[2_000_000]))).Message, StringComparison.Ordinal);
    }

    internal static ImageOutcome Robust(int image) => new(image, 1, 1, true)
    {
        Attacks =
        [
            new AttackOutcome(true, [.. Enumerable.Repeat(new RunOutcome(true, 0.25), 4)]),
            new AttackOutcome(true, [new RunOutcome(true, 0.5)]),
        ],
    };

    internal static OutcomeFile File(string path, OutcomeRange range, IReadOnlyList<ImageOutcome> images) => new(path, new OutcomeHeader
    {
        GdwsOutcomes = OutcomeHeader.Version,
        Network = new OutcomeNetwork("net.onnx", "ab"),
        Data = new OutcomeData("cifar10", "test", 20, "cd"),
        Images = range,
        Seed = 3,
        Device = "cpu",
        Attacks = [.. Choices.Select(choice => new OutcomeAttack(choice, OutcomeHeaders.Runs(choice)))],
        Versions = new OutcomeVersions("1.0.0", "2.0.0"),
    }, images);

    private OutcomeFile File(IReadOnlyList<ImageOutcome> images) => File(_folder["outcomes.jsonl"], new OutcomeRange(5, 12, 20), images);
}
