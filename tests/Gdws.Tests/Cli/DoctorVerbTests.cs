using System.Text.Json;
using Gdws.Cli.Doctor;
using Gdws.Cli.Verbs;
using Spectre.Console.Testing;

namespace Gdws.Tests.Cli;

public sealed class DoctorVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatTheTestsNeed_IsFoundToWork()
    {
        CliRun run = CliRun.Of("doctor", "--json", "-");

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(["version", "machine", "findings"], CliRun.Keys(run.Json));
        Dictionary<string, bool?> works = run.Json.GetProperty("findings").EnumerateArray().ToDictionary(
            f => f.GetProperty("name").GetString()!,
            f => f.GetProperty("works").ValueKind == JsonValueKind.Null ? (bool?)null : f.GetProperty("works").GetBoolean());
        Assert.All(["onnxruntime", "gdws", "torch", "loads", "samples"], name => Assert.True(works[name], name));
    }

    [Fact]
    public void Data_IsLookedAtWhereTheUserAsks()
    {
        string cifar = TinyData.Cifar10(_folder, 7);

        CliRun run = CliRun.Of("doctor", "--data", cifar, "--data", $"svhn:{_folder["missing.mat"]}");

        Assert.Equal((0, ""), (run.Code, run.Error));
        string text = string.Join(' ', run.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"{cifar}: works test: 7 images of 3×32×32, 10 classes", text, StringComparison.Ordinal);
        Assert.Contains("missing.mat: no", text, StringComparison.Ordinal);
        Assert.Matches(@"doesn't work here:.* svhn:", run.OutputLines[^1]);
        Assert.All(run.OutputLines[..^1], line => Assert.True(line.Length <= 100, line));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(60)]
    [InlineData(40)]
    [InlineData(20)]
    public void AFinding_FitsTheScreenWhole(int width)
    {
        const string Detail = "this libtorch is for the CPU; set GDWS_LIBTORCH to a folder such as /usr/lib/python3/dist-packages/torch/lib, then try again";
        using TestConsole console = new();
        console.Profile.Width = width;

        DoctorVerb.Show(console, [new("libtorch", "CUDA", false, Detail), new("data", "svhn:FILE.mat", null, "")]);

        Assert.All(console.Output.Split('\n'), line => Assert.True(line.Length <= width, line));
        Assert.Contains(Detail.Replace(" ", "", StringComparison.Ordinal), console.Output.Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatThrows_DoesntWorkAndSaysWhy()
    {
        Assert.Equal(new Finding("a", "b", false, "disk full"), Finding.Of("a", "b", () => throw new GdwsException("disk full")));
        Assert.Equal(new Finding("a", "b", false, "DllNotFoundException: x y"), Finding.Of("a", "b", () => throw new DllNotFoundException("x\ny")));
        Assert.Throws<OperationCanceledException>(() => Finding.Of("a", "b", () => throw new OperationCanceledException()));
    }
}
