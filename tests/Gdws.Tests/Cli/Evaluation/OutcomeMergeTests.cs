using Gdws.Cli.Evaluation;

namespace Gdws.Tests.Cli.Evaluation;

public sealed class OutcomeMergeTests
{
    [Fact]
    public void Slices_AreJoinedInWhateverOrder()
    {
        OutcomeFile joined = OutcomeMerge.Join([Slice(4, 3, 9), Slice(0, 4, 9), Slice(7, 2, 9)], "merged");

        Assert.Equal(("merged", new OutcomeRange(0, 9, 9)), (joined.Path, joined.Header.Images));
        Assert.Equal(Enumerable.Range(0, 9), joined.Images.Select(image => image.Image));
    }

    [Fact]
    public void WhatDoesntMakeOneEvaluation_IsRefused()
    {
        Refuses("image 3 is in 0-4 and in 3-3", Slice(0, 4, 6), Slice(3, 3, 6));
        Refuses("image 0 is in 0-4 and in 0-4", Slice(0, 4, 8), Slice(0, 4, 8));
        Refuses("images 2 to 3 are in none of the files; a slice is missing before 4-2", Slice(0, 2, 6), Slice(4, 2, 6));
        Refuses("images 0 to 1 are in none of the files", Slice(2, 4, 6));
        Refuses("images 4 to 5 are in none of the files; a slice is missing after 0-4", Slice(0, 4, 6));
        Refuses("is a part of 7 images, 0-4 of 6", Slice(0, 4, 6), Slice(4, 3, 7));
        Refuses("4-2: holds 1 of its 2 images; finish it first", Slice(0, 4, 6), Cut(Slice(4, 2, 6)));
        Refuses("they differ in the network", Slice(0, 4, 6), With(Slice(4, 2, 6), header => header with { Network = new OutcomeNetwork("net.onnx", "cd") }));
        Refuses("they differ in the seed (4 and 3)", Slice(0, 4, 6), With(Slice(4, 2, 6), header => header with { Seed = 4 }));
        Refuses("they differ in the device", Slice(0, 4, 6), With(Slice(4, 2, 6), header => header with { Device = "cuda" }));
        Refuses("they differ in the data", Slice(0, 4, 6), With(Slice(4, 2, 6), header => header with { Data = header.Data with { Sha256 = "" } }));
        Refuses("they differ in the attacks", Slice(0, 4, 6), With(Slice(4, 2, 6), header => header with { Attacks = [header.Attacks[0]] }));
        Refuses("they differ in the program's version", Slice(0, 4, 6), With(Slice(4, 2, 6), header => header with { Versions = new OutcomeVersions("2.0.0", "2.0.0") }));
    }

    [Fact]
    public void LookingAtWhatThereIs_NeedsNeitherAllSlicesNorFinishedOnes()
    {
        OutcomeFile seen = OutcomeMerge.Look([Cut(Slice(4, 3, 9)), Slice(0, 2, 9)]);

        Assert.Equal([0, 1, 4, 5], seen.Images.Select(image => image.Image));
        Assert.Contains("0-4 and in 3-3", Assert.Throws<GdwsException>(() => OutcomeMerge.Look([Slice(0, 4, 6), Slice(3, 3, 6)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AttacksThatAreMadeDifferentlyNow_ArentMixedUp()
    {
        OutcomeFile file = Slice(0, 2, 2);
        Assert.Equal(["autoattack", "pgd"], OutcomeMerge.Attacks(file).Select(choice => choice.Kind));

        file.Header.Attacks[0].Runs[2]!["iterations"] = 50;

        Assert.Contains("autoattack linf 8/255 had other settings", Assert.Throws<GdwsException>(() => OutcomeMerge.Attacks(file)).Message, StringComparison.Ordinal);
    }

    private static OutcomeFile Slice(int first, int count, int of) =>
        OutcomeFileTests.File($"{first}-{count}", new OutcomeRange(first, count, of), [.. Enumerable.Range(first, count).Select(OutcomeFileTests.Robust)]);

    private static OutcomeFile Cut(OutcomeFile file) => file with { Images = [.. file.Images.SkipLast(1)] };

    private static OutcomeFile With(OutcomeFile file, Func<OutcomeHeader, OutcomeHeader> change) => file with { Header = change(file.Header) };

    private static void Refuses(string message, params OutcomeFile[] files) =>
        Assert.Contains(message, Assert.Throws<GdwsException>(() => OutcomeMerge.Join(files, "merged")).Message, StringComparison.Ordinal);
}
