using CsCheck;
using Gdws.Cli.Evaluation;

namespace Gdws.Tests.Cli.Evaluation;

public sealed class ShardTests
{
    [Fact]
    public void Slices_AreEqualAndCoverEveryImageOnce() => Gen.Select(Gen.Int[1, 40], Gen.Int[0, 5000]).Sample((of, more) =>
    {
        int images = of + more;
        (int First, int Count)[] slices = [.. Enumerable.Range(1, of).Select(k => new Shard(k, of).Range(images))];
        Assert.Equal(Enumerable.Range(0, images), slices.SelectMany(slice => Enumerable.Range(slice.First, slice.Count)));
        Assert.True(slices.Max(slice => slice.Count) - slices.Min(slice => slice.Count) <= 1);
    }, iter: 200, threads: 1);

    [Theory]
    [InlineData("2/8", null, null, 2)]
    [InlineData("auto/8", "1", null, 1)]
    [InlineData("auto/8", "8", null, 8)]
    [InlineData("auto/8", null, "0", 1)]
    [InlineData("auto/8", null, "7", 8)]
    public void TheSlice_IsWrittenOrComesFromTheScheduler(string text, string? slurm, string? kubernetes, int number) =>
        Assert.Equal(new Shard(number, 8), Shard.Parse(text, Environment(slurm, kubernetes)));

    [Theory]
    [InlineData("auto/8", null, null, "neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set")]
    [InlineData("auto/8", "1", "0", "both SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are set")]
    [InlineData("auto/8", "0", null, "--array=1-8")]
    [InlineData("auto/8", "9", null, "expected 1 to 8")]
    [InlineData("auto/8", null, "8", "completions: 8")]
    [InlineData("auto/8", null, "x", "completions: 8")]
    public void AnEnvironmentThatDoesntSayWhich_IsRefused(string text, string? slurm, string? kubernetes, string message) =>
        Assert.Contains(message, Assert.Throws<GdwsException>(() => Shard.Parse(text, Environment(slurm, kubernetes))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0/4")]
    [InlineData("5/4")]
    [InlineData("auto")]
    [InlineData("1/0")]
    [InlineData("1")]
    [InlineData("-1/4")]
    [InlineData("1/2/3")]
    public void AnythingElse_IsWrongUsage(string text)
    {
        CliRun run = CliRun.Of("evaluate", "a.onnx", "--data", "cifar10:x", "--shard", text);

        Assert.Equal(2, run.Code);
        Assert.Contains($"--shard {text}: expected K/N", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void MoreSlicesThanImages_AreRefused() =>
        Assert.Contains("only 3 images for 4 slices", Assert.Throws<GdwsException>(() => new Shard(1, 4).Range(3)).Message, StringComparison.Ordinal);

    private static Func<string, string?> Environment(string? slurm, string? kubernetes) =>
        name => name switch { "SLURM_ARRAY_TASK_ID" => slurm, "JOB_COMPLETION_INDEX" => kubernetes, _ => null };
}
