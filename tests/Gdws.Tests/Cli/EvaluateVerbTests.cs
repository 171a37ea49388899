using System.Text.Json;
using Gdws.Onnx;
using Gdws.Tests.Execution;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Cli;

public sealed class EvaluateVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Accuracy_IsThatOfANetworkThatAlwaysSaysTheSameClass()
    {
        string data = TinyData.Cifar10(_folder, 25);

        CliRun run = CliRun.Of("evaluate", _folder.Save(Always(3)), "--data", data);

        Assert.Equal(0, run.Code);
        Assert.Equal("natural   12 % (3 of 25)", run.OutputLines[^1]);
    }

    [Fact]
    public void Json_HasTheKeysThatAreFixed()
    {
        string data = TinyData.Cifar10(_folder, 25), network = _folder.Save(Always(4));

        JsonElement json = CliRun.Of("evaluate", network, "--data", data, "--limit", "20", "--seed", "7", "--json", "-").Json;

        Assert.Equal(["network", "data", "split", "images", "seed", "device", "seconds", "natural", "robust", "union", "warnings"], CliRun.Keys(json));
        Assert.Equal((network, data, "test", 20, 7, "cpu"), (
            json.GetProperty("network").GetString(), json.GetProperty("data").GetString(), json.GetProperty("split").GetString(),
            json.GetProperty("images").GetInt32(), json.GetProperty("seed").GetInt32(), json.GetProperty("device").GetString()));
        JsonElement natural = json.GetProperty("natural");
        Assert.Equal(["correct", "accuracy", "top5"], CliRun.Keys(natural));
        Assert.Equal((2, 10.0), (natural.GetProperty("correct").GetInt32(), natural.GetProperty("accuracy").GetDouble()));
    }

    [Fact]
    public void ImagesThatDontFit_AreRefusedWithBothSizes()
    {
        CliRun run = CliRun.Of("evaluate", _folder.Save(SmallNetworks.Classifier(0)), "--data", TinyData.Cifar10(_folder, 5));

        Assert.Equal(1, run.Code);
        Assert.Contains("3×8×6", run.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("3×32×32", run.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cifar10:nowhere", 1)]
    [InlineData("cifar1000:nowhere", 2)]
    [InlineData("nowhere", 2)]
    public void DataThatArentThere_AreOneLine(string data, int code)
    {
        CliRun run = CliRun.Of("evaluate", _folder.Save(Always(0)), "--data", data);

        Assert.Equal((code, ""), (run.Code, run.Output));
        Assert.StartsWith("error: ", run.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "--eps", "8/255")]
    [InlineData(true, "--iterations", "5")]
    [InlineData(false, "--eps", "8/255", "--attack", "none")]
    public void OptionsOfAnAttackWithoutOne_AreWarnedOf(bool isWarned, params string[] options)
    {
        CliRun run = CliRun.Of(["evaluate", _folder.Save(Always(4)), "--data", TinyData.Cifar10(_folder, 5), .. options]);

        Assert.Equal(0, run.Code);
        Assert.Equal(isWarned ? $"warning: without --attack only natural accuracy is measured; {options[0]} does nothing\n" : "", run.Error);
    }

    [Fact]
    public void ACheckpoint_IsRefusedWithTheCommandThatHelps()
    {
        string file = _folder["net.pth"];
        File.WriteAllBytes(file, [0x80, 2, (byte)'}', (byte)'.']);

        CliRun run = CliRun.Of("evaluate", file, "--data", TinyData.Cifar10(_folder, 5));

        Assert.Equal(1, run.Code);
        Assert.Contains($"gdws convert {file} -o {_folder["net.onnx"]}", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenCancelled_NothingIsWritten()
    {
        string data = TinyData.Cifar10(_folder, 25), network = _folder.Save(Always(0));
        using CancellationTokenSource stop = new();
        stop.Cancel();

        CliRun run = CliRun.Of(stop.Token, "evaluate", network, "--data", data, "--json", _folder["out.json"]);

        Assert.Equal((130, ""), (run.Code, run.Output));
        Assert.DoesNotContain("out.json", _folder.Files);
    }

    [Fact]
    public void AnAttackThatCantChangeAnything_LeavesRobustEqualToNatural()
    {
        string data = TinyData.Cifar10(_folder, 20), network = _folder.Save(Always(4));

        JsonElement json = CliRun.Of(
            "evaluate", network, "--data", data, "--attack", "pgd", "--eps", "4/255", "--step", "1/255", "--iterations", "3", "--restarts", "2", "--json", "-").Json;

        JsonElement robust = Assert.Single(json.GetProperty("robust").EnumerateArray());
        Assert.Equal(
            ["attack", "norm", "epsilon", "iterations", "step", "restarts", "correct", "accuracy", "images_per_second", "max_perturbation", "attacked", "seconds", "part_of"],
            CliRun.Keys(robust));
        Assert.Equal(("pgd", "linf", 3, 2, 2, 10.0), (
            robust.GetProperty("attack").GetString(), robust.GetProperty("norm").GetString(), robust.GetProperty("iterations").GetInt32(),
            robust.GetProperty("restarts").GetInt32(), robust.GetProperty("correct").GetInt32(), robust.GetProperty("accuracy").GetDouble()));
        Assert.Equal(4.0 / 255, robust.GetProperty("epsilon").GetDouble());
        Assert.Equal(1.0 / 255, robust.GetProperty("step").GetDouble());
        Assert.InRange(robust.GetProperty("max_perturbation").GetDouble(), 0, (4.0 / 255) + 1e-6);
    }

    [Theory]
    [InlineData("fgsm", "1 step of 8/255, 1 start")]
    [InlineData("apgd-ce", "100 steps, 1 start")]
    [InlineData("apgd-dlr", "100 steps, 1 start")]
    [InlineData("apgd-t", "100 steps, 9 targets, 1 start")]
    [InlineData("fab", "100 steps, 1 start")]
    [InlineData("fab-t", "100 steps, 9 targets, 1 start")]
    [InlineData("square", "5,000 queries, 1 start")]
    [InlineData("autoattack", "all of these")]
    public void EveryAttack_SaysHowItGoesAbout(string attack, string how)
    {
        // No image is right by nature, so none has to be attacked.
        CliRun run = CliRun.Of("evaluate", _folder.Save(Always(4)), "--data", TinyData.Cifar10(_folder, 4), "--attack", attack);

        Assert.Equal(0, run.Code);
        Assert.Contains($"robust, {attack} linf 8/255", run.Output, StringComparison.Ordinal);
        Assert.Contains(how, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AutoAttack_TellsTheAccuracyAfterEveryPart()
    {
        CliRun run = CliRun.Of("evaluate", _folder.Save(Always(4)), "--data", TinyData.Cifar10(_folder, 4), "--attack", "autoattack", "--json", "-");

        Assert.Equal(["apgd-ce", "apgd-t", "fab-t", "square", "autoattack"], run.Json.GetProperty("robust").EnumerateArray().Select(e => e.GetProperty("attack").GetString()));
        Assert.Equal(
            ["autoattack", "autoattack", "autoattack", "autoattack", null],
            run.Json.GetProperty("robust").EnumerateArray().Select(e => e.GetProperty("part_of").GetString()));
    }

    [Fact]
    public void SeveralThreatModels_HaveAUnion()
    {
        string data = TinyData.Cifar10(_folder, 20), network = _folder.Save(Always(4));

        JsonElement json = CliRun.Of("evaluate", network, "--data", data, "--attack", "fgsm", "--threat", "linf:8/255,l2:0.5,l1:12", "--json", "-").Json;

        Assert.Equal(["linf", "l2", "l1"], json.GetProperty("robust").EnumerateArray().Select(e => e.GetProperty("norm").GetString()));
        Assert.Equal(["linf 8/255", "l2 0.5", "l1 12"], json.GetProperty("union").GetProperty("threats").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(2, json.GetProperty("union").GetProperty("correct").GetInt32());
        Assert.Contains("zero-gradients", json.GetProperty("warnings").EnumerateArray().Select(e => e.GetProperty("id").GetString()));
    }

    [Fact]
    public void Warnings_GoToStandardErrorWithTheirIds()
    {
        CliRun run = CliRun.Of("evaluate", _folder.Save(Always(4)), "--data", TinyData.Cifar10(_folder, 20), "--attack", "fgsm", "--eps", "8");

        Assert.Equal(0, run.Code);
        Assert.Contains("warning: [epsilon-unscaled] ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("only pgd has", "--attack", "square", "--step", "0.1")]
    [InlineData("--iterations", "--attack", "autoattack", "--iterations", "10")]
    [InlineData("--restarts", "--attack", "fgsm", "--restarts", "2")]
    [InlineData("--threat linf:8/255", "--attack", "union", "--eps", "0.1")]
    [InlineData("found 'l3:1'", "--attack", "union", "--threat", "linf:8/255,l3:1")]
    [InlineData("found 'linf'", "--attack", "union", "--threat", "linf")]
    [InlineData("twice", "--attack", "pgd", "--threat", "l2:0.5,l2:1/2")]
    [InlineData("twice", "--attack", "pgd", "--eps", "8/255,8/255")]
    [InlineData("found '4/0'", "--attack", "pgd", "--eps", "8/255,4/0")]
    [InlineData("no --eot", "--attack", "square", "--eot", "2")]
    [InlineData("--resume needs --outcomes", "--attack", "pgd", "--resume")]
    [InlineData("--outcomes works with --engine torch only", "--engine", "onnxruntime", "--outcomes", "x.jsonl")]
    public void OptionsThatDontSuitTheAttack_AreWrongUsage(string message, params string[] options)
    {
        CliRun run = CliRun.Of(["evaluate", "a.onnx", "--data", "cifar10:x", .. options]);

        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linf", "8/255", "2/255")]
    [InlineData("l2", "0.5", "0.125")]
    [InlineData("l1", "12", "3")]
    public void WithoutEps_ItIsWhatIsUsualForTheNorm(string norm, string eps, string step)
    {
        CliRun run = CliRun.Of(
            "evaluate", _folder.Save(Always(4)), "--data", TinyData.Cifar10(_folder, 20), "--attack", "pgd", "--norm", norm, "--iterations", "1");

        Assert.Contains($"robust, pgd {norm} {eps}", run.Output, StringComparison.Ordinal);
        Assert.Contains($"1 step of {step}, 1 start", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--attack", "pgd")]
    [InlineData("--device", "cuda")]
    public void WhatOnnxRuntimeCantDo_IsWrongUsage(params string[] options)
    {
        CliRun run = CliRun.Of(["evaluate", "a.onnx", "--data", "cifar10:x", "--engine", "onnxruntime", .. options]);

        Assert.Equal(2, run.Code);
        Assert.Contains("use --engine torch", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void BothEngines_GiveTheSameAccuracy()
    {
        string data = TinyData.Cifar10(_folder, 20), network = _folder.Save(Always(4));

        Assert.All((string[])["onnxruntime", "torch"], engine => Assert.Equal(
            2, CliRun.Of("evaluate", network, "--data", data, "--engine", engine, "--json", "-").Json.GetProperty("natural").GetProperty("correct").GetInt32()));
    }

    /// <summary>A network for CIFAR-10 whose logits don't depend on the image.</summary>
    internal static OnnxModel Always(int label) => new TestNetwork(17, 0, 3, 32, 32)
        .Weight("conv1.weight", 4, 3, 3, 3)
        .Node("Conv", "conv1", ["images", "conv1.weight"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("GlobalAveragePool", "mean", ["conv1"])
        .Node("Flatten", "flat", ["mean"])
        .Change(m => m.Graph.Initializer.Add(OnnxTensor.Create("linear.weight", [10, 4], new float[40])))
        .Change(m => m.Graph.Initializer.Add(OnnxTensor.Create("linear.bias", [10], [.. Enumerable.Range(0, 10).Select(i => i == label ? 1f : 0f)])))
        .Node("Gemm", "logits", ["flat", "linear.weight", "linear.bias"], n => n.With("transB", 1))
        .Build("logits");
}
