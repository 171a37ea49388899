using Gdws.Tests.Execution;

namespace Gdws.Tests.Cli;

public sealed class UsageTests
{
    public static TheoryData<string[], string> WrongUsages => new()
    {
        { ["bench"], "unknown command 'bench'; expected" },
        { ["--foo"], "unknown option --foo" },
        { ["inspect"], "'NET' missing" },
        { ["inspect", "a.onnx", "b.onnx"], "'b.onnx'" },
        { ["inspect", "a.onnx", "--json"], "--json" },
        { ["benchmark", "a.onnx", "--bach", "4"], "unknown option --bach" },
        { ["benchmark", "a.onnx", "--batch", "0"], "--batch 0: expected a whole number, at least 1" },
        { ["benchmark", "a.onnx", "--batch", "four"], "--batch four: expected a whole number" },
        { ["benchmark", "a.onnx", "--threads", "-1"], "--threads -1: expected a whole number" },
        { ["benchmark", "a.onnx", "--engine", "tensorflow"], "--engine tensorflow: expected" },
        { ["benchmark", "a.onnx", "--seconds", "0"], "--seconds 0: expected a number above 0" },
        { ["evaluate", "a.onnx"], "'--data' is required" },
        { ["evaluate", "a.onnx", "--data", "cifar10:x", "--split", "validation"], "--split validation: expected test or train" },
        { ["evaluate", "a.onnx", "--data", "cifar10:x", "--limit", "0"], "--limit 0: expected a whole number" },
        { ["evaluate", "a.onnx", "--data", "samples", "--eps", "8/0"], "--eps 8/0: expected a number above 0 or a fraction" },
        { ["evaluate", "a.onnx", "--data", "samples", "--norm", "l0"], "--norm l0: expected linf, l2 or l1" },
        { ["evaluate", "a.onnx", "--data", "samples", "--limit", "99999999999"], "--limit 99999999999: expected a whole number, at most 2,147,483,647" },
        { ["evaluate", "a.onnx", "--data", "samples", "--limit", ""], "--limit is empty" },
        { ["evaluate", "a.onnx", "--data", "samples", "--engine", "gwds"], "--engine gwds: expected" },
        { ["evaluate", "a.onnx", "--data", "samples", "--engine", "onnxruntime", "--attack", "pdg"], "--attack pdg: expected" },
        { ["evaluate", "a.onnx", "--data", "samples", "--device", "tpu"], "--device tpu: expected cpu, cuda or cuda:N" },
        { ["evaluate", "a.onnx", "--data", "samples", "--device", "cuda:-1"], "--device cuda:-1: expected cpu, cuda or cuda:N" },
        { ["evaluate", "a.onnx", "--data", "cifar:x"], "unknown kind 'cifar'; expected cifar10:DIR" },
        { ["evaluate", "a.onnx", "--data", "cifar10"], "the path is missing" },
        { ["evaluate", "a.onnx", "--data", ""], "--data is empty" },
        { ["benchmark", "a.onnx", "--threads", "100000"], "--threads 100000: expected a whole number, at most 1,024" },
        { ["benchmark", "a.onnx", "--batch", "65537"], "--batch 65537: expected a whole number, at most 65,536" },
        { ["benchmark", "a.onnx", "--seconds", "1e300"], "--seconds 1e300: expected a number of at most 86,400" },
        { ["benchmark", ""], "NET is empty" },
        { ["convert", "a.pth", "-o", ""], "-o is empty" },
        { ["convert", "a.pth", "-o", "b.onnx", "--normalize", "cifar"], "normalisation \"cifar\": expected" },
        { ["approximate", "a.onnx", "-o", "b.onnx", "--beta", "-1"], "--beta -1: expected a number, at least 0" },
        { ["convert", "a.pth"], "'-o' is required" },
        { ["doctor", "--data", "cifar:x"], "unknown kind 'cifar'; expected cifar10:DIR" },
        { ["completion", "tcsh"], "tcsh" },
        { ["sweep", "a.onnx", "--data", "samples", "--budgets", "2,x", "-o", "d"], "--budgets 2,x: expected numbers of at least 1 such as 1.5,2,3, found 'x'" },
        { ["sweep", "a.onnx", "--data", "samples", "--budgets", "0.5", "-o", "d"], "--budgets 0.5: expected numbers of at least 1" },
        { ["sweep", "a.onnx", "--data", "samples", "--budgets", "2,2.0", "-o", "d"], "--budgets 2,2.0: 2.0 is there twice" },
        { ["sweep", "a.onnx", "--data", "samples", "--budgets", "2", "--effort", "full", "-o", "d"], "--effort belongs to a calibration" },
        { ["sweep", "a.onnx", "--data", "samples", "--budgets", "2"], "'-o' is required" },
        { ["report", "-o", "a.html"], "'DIR|JSON' missing" },
        { ["convert", "a.pth", "-o", "b.onnx", "--channel-order", "gbr"], "--channel-order gbr: expected rgb or bgr" },
    };

    [Theory]
    [MemberData(nameof(WrongUsages))]
    public void WrongUsage_IsOneLineAndExitCode2(string[] args, string expected)
    {
        CliRun run = CliRun.Of(args);

        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.StartsWith("error: ", run.ErrorLine, StringComparison.Ordinal);
        Assert.Contains(expected, run.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("--help", run.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("convert")]
    [InlineData("inspect")]
    [InlineData("approximate")]
    [InlineData("evaluate")]
    [InlineData("benchmark")]
    [InlineData("doctor")]
    [InlineData("completion")]
    [InlineData("sweep")]
    [InlineData("report")]
    [InlineData("compare")]
    [InlineData("prune")]
    public void EveryVerb_HasHelpWithAnExample(string verb)
    {
        CliRun run = CliRun.Of(verb, "--help");

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("Example", run.Output, StringComparison.Ordinal);
        Assert.Matches($@"\bgdws {verb}\b", run.Output[run.Output.LastIndexOf("Example", StringComparison.Ordinal)..]);
    }

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_ListsTheVerbs(params string[] args)
    {
        CliRun run = CliRun.Of(args);

        Assert.Equal(0, run.Code);
        Assert.All((string[])["demo", "convert", "inspect", "approximate", "evaluate", "benchmark"], verb => Assert.Contains($"  {verb} ", run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void TheVersion_IsPrinted()
    {
        CliRun run = CliRun.Of("--version");

        Assert.Equal(0, run.Code);
        Assert.Matches(@"^\d+\.\d+\.\d+", run.Output);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 4)]
    public void AStackTrace_IsShownOnlyWhenAskedFor(bool verbose, int atLeastLines)
    {
        CliRun run = CliRun.Of(["inspect", "missing.onnx", .. verbose ? (string[])["--verbose"] : []]);

        Assert.Equal(1, run.Code);
        Assert.Equal(verbose, run.Error.Contains("   at ", StringComparison.Ordinal));
        Assert.True(run.Error.TrimEnd('\n').Split('\n').Length >= atLeastLines);
        Assert.Contains("error: missing.onnx: there is no such file", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ACancelledCommand_StopsWithExitCode130AndWritesNothing()
    {
        using TemporaryFolder folder = new();
        string network = folder.Save(SmallNetworks.Classifier(0));
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(200));

        CliRun run = CliRun.Of(stop.Token, "benchmark", network, "--seconds", "600", "--json", folder["out.json"]);

        Assert.Equal((130, "", "stopped"), (run.Code, run.Output, run.ErrorLine));
        Assert.Equal(["net.onnx"], folder.Files);
    }
}
