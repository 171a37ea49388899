using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Cli.PublicCode;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.OnnxRuntime;
using Gdws.Planning;
using Gdws.Tests.Architectures;
using Gdws.Tests.Checkpoints.Fixtures;
using Gdws.Tests.Data;

namespace Gdws.Tests.Cli;

/// <summary>The paper's commands in folders that are laid out as its code expects them.</summary>
public sealed class EvalRobustnessVerbTests : IDisposable
{
    private const int Images = 12;

    private readonly TemporaryFolder _folder = new();
    private readonly string _data;

    public EvalRobustnessVerbTests()
    {
        _data = _folder["CIFAR10"];
        string source = TinyData.Cifar10(_folder, Images)["cifar10:".Length..];
        Directory.CreateDirectory(_data);
        Directory.Move(source, Path.Combine(_data, "cifar-10-batches-bin"));
    }

    private string[] Common => ["--data-dir", _data, "--batch-size", "5"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheFourCommandsOfTheReadme_LeaveTheLogsThatTheyDoThere()
    {
        StateDict state = SyntheticCheckpoint.Narrow("preactresnet18", classes: 10);
        string own = "outdir_cifar10/preactresnet18";
        _folder.Write($"{own}/model_best.pth", StateDictFile.Bytes(state, prefix: "module.", around: []));
        _folder.Write($"{own}/alphas.pth", AlphasFile.Bytes(state));
        string[] command = ["eval-robustness", "--model", "preactresnet18", "--fname", _folder[own], .. Common];
        string[] attack = ["--attack-iters", "3", "--pgd-alpha", "1", "--dataset", "cifar10", "--epsilon", "8"];
        string[] gdws = ["--apply-gdws", "--alphas-filename", "alphas.pth", "--beta", "0.5"];

        CliRun[] runs =
        [
            CliRun.Of([.. command, "--dataset", "cifar10", "--attack", "none", "--logfilename", "a_nat_base.txt"]),
            CliRun.Of([.. command, .. attack, "--logfilename", "a_rob_base.txt"]),
            CliRun.Of([.. command, "--dataset", "cifar10", "--attack", "none", "--logfilename", "a_nat_gdws.txt", .. gdws]),
            CliRun.Of([.. command, .. attack, "--logfilename", "a_rob_gdws.txt", .. gdws]),
        ];

        Assert.All(runs, run => Assert.Equal((0, ""), (run.Code, run.Error)));
        OnnxModel dense = Architecture.Build("preactresnet18", state, new() { Input = InputConversion.Parse("cifar10") });
        Dictionary<string, float[]> alphas = state.Where(t => t.Shape.Count == 4).ToDictionary(t => t.Name[..^".weight".Length], AlphasFile.Of);
        OnnxModel approximated = Planner.WithinError(Spectra.Of(dense).WeightedBy(alphas), 0.5, always: true).ApplyTo(dense);
        Assert.NotEqual(dense.Convolutions.Sum(layer => layer.Macs), approximated.Convolutions.Sum(layer => layer.Macs));
        Assert.Equal($"epsilon\ttestacc\n0.00000000\t{NaturalAccuracyOf(dense)}\n", Log("a_nat_base.txt"));
        Assert.Equal($"epsilon\ttestacc\n0.00000000\t{NaturalAccuracyOf(approximated)}\n", Log("a_nat_gdws.txt"));
        Assert.Matches(@"^epsilon\ttestacc\n0\.03137255\t\d+\.\d{3}\n$", Log("a_rob_base.txt"));
        Assert.Matches(@"^epsilon\ttestacc\n0\.03137255\t\d+\.\d{3}\n$", Log("a_rob_gdws.txt"));
        Assert.Contains("of 20 convolutions replaced", runs[3].Output, StringComparison.Ordinal);

        string Log(string name) => File.ReadAllText(_folder[$"{own}/{name}"]);
    }

    [Theory]
    [InlineData("hydra/vgg", "model_best_dense.pth", "vgg16_hydra")]
    [InlineData("hydra_wrn", "model_best_dense.pth.tar", "wideresnet_28_4")]
    [InlineData("admm", "pretrained.pt", "preactresnet18_admm")]
    [InlineData("admm", "retrained_bn.pt", "preactresnet18_admm")]
    [InlineData("msd", "MSD_V0.pt", "preactresnet18_admm")]
    [InlineData("nas", "RobNet_free_cifar10.pth.tar", "robnetfree")]
    [InlineData("elsewhere", "MSD_V0.pt", "preactresnet18_admm")]
    public void NetworksOfOthers_AreFoundByTheirFilesAndLayouts(string folder, string file, string model)
    {
        StateDict state = SyntheticCheckpoint.Narrow(model, classes: 10, width: 1);
        (string, Action<PickleWriter>)[] training = [("epoch", w => w.Integer(7)), ("arch", w => w.Text(model))];
        _folder.Write($"{folder}/{file}", model switch
        {
            "preactresnet18_admm" when file.StartsWith("MSD", StringComparison.Ordinal) => StateDictFile.Bytes(state, half: true),
            "preactresnet18_admm" => StateDictFile.Bytes(state, prefix: "module.basic_model."),
            _ => StateDictFile.Bytes(state, around: training),
        });

        CliRun run = CliRun.Of(
            ["eval-robustness", "--fname", _folder[folder], "--model", model, "--no-norm", "--attack-iters", "1", "--logfilename", "log.txt", "--limit", "3", .. Common]);

        Assert.Equal(0, run.Code);
        Assert.DoesNotContain("--no-norm", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{file}: {model}, images as they are", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"^epsilon\ttestacc\n0\.03137255\t(0|33|66|100)\.(000|333|667)\n$", File.ReadAllText(_folder[$"{folder}/log.txt"]));
    }

    [Fact]
    public void AnotherRun_AddsALine()
    {
        string[] command = Tiny("x", "--attack", "none", "--limit", "4");

        CliRun.Of(command);
        CliRun.Of(command);

        string[] lines = File.ReadAllLines(_folder["x/pgd-100_linf"]);
        Assert.Equal(3, lines.Length);
        Assert.Equal(lines[1], lines[2]);
    }

    [Fact]
    public void L2AndRestarts_AreUnderstood()
    {
        CliRun run = CliRun.Of(Tiny("x", "--norm", "l_2", "--epsilon", "128", "--pgd-alpha", "15", "--restarts", "2", "--attack-iters", "2", "--json", "-"));

        Assert.Equal(0, run.Code);
        Assert.Equal("l2", run.Json.GetProperty("robust")[0].GetProperty("norm").GetString());
        Assert.Equal(2, run.Json.GetProperty("robust")[0].GetProperty("restarts").GetInt32());
        Assert.StartsWith("0.50196078\t", run.Json.GetProperty("line").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("warning: --attack fgsm runs pgd", "--attack", "fgsm", "--attack-iters", "1")]
    [InlineData("warning: --attack free runs pgd", "--attack", "free", "--attack-iters", "1")]
    [InlineData("warning: without --apply-gdws --beta does nothing", "--attack", "none", "--beta", "0.1")]
    public void WhatSurprises_IsWarnedOf(string warning, params string[] options)
    {
        CliRun run = CliRun.Of(Tiny("x", options));

        Assert.Equal(0, run.Code);
        Assert.StartsWith(warning, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void FlagsWithoutEffectInThePublicCode_AreTaken() => Assert.Equal(0, CliRun.Of(Tiny(
        "x", "--attack", "none", "--num-workers", "4", "--fgsm-alpha", "1.25", "--fgsm-init", "zero", "--half", "--width-factor", "10", "--sample-size", "10")).Code);

    [Fact]
    public void StatLayers_ShowTheOperationsOfEveryLayer()
    {
        CliRun run = CliRun.Of(Tiny("x", "--attack", "none", "--use-stat-layers"));

        // 2 outputs of 32×32, 27 products and 26 sums each.
        Assert.Contains(run.OutputLines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^conv1\s+conv\s+2×32×32\s+55\.30 k\s+53\.25 k\s+108\.5 k$"));
        Assert.Contains(run.OutputLines, line => line.StartsWith("all ", StringComparison.Ordinal));
    }

    [Fact]
    public void AnArchitectureThatDoesntFit_IsToldWithTheOneThatDoes()
    {
        string[] command = Tiny("x", "--attack", "none");
        command[2] = "vgg16";

        CliRun run = CliRun.Of(command);

        Assert.Equal(1, run.Code);
        Assert.Contains("looks like preactresnet18, not like vgg16 (--model preactresnet18)", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutACheckpoint_IsToldWithAllNames()
    {
        Directory.CreateDirectory(_folder["empty"]);

        CliRun run = CliRun.Of(["eval-robustness", "--fname", _folder["empty"], .. Common]);

        Assert.Equal(1, run.Code);
        Assert.Contains("holds none of model_best.pth, model_best_dense.pth, ", run.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("no such folder", CliRun.Of("eval-robustness", "--fname", _folder["nowhere"]).ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsNoLog_IsntWrittenTo()
    {
        string[] command = Tiny("x", "--attack", "none", "--logfilename", "notes.txt");
        _folder.Write("x/notes.txt", "mine"u8.ToArray());

        CliRun run = CliRun.Of(command);

        Assert.Equal(1, run.Code);
        Assert.Contains("isn't a log of this command", run.ErrorLine, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder["x/notes.txt"]));
    }

    [Fact]
    public void TheLogOverTheCheckpoint_IsRefused()
    {
        CliRun run = CliRun.Of(Tiny("x", "--attack", "none", "--logfilename", "model_best.pth"));

        Assert.Equal(1, run.Code);
        Assert.Contains("would be overwritten", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTorchvisionDownloads_IsFoundWhereItPutsIt()
    {
        _folder.Write("torchvision/cifar-10-batches-py/test_batch", CifarPicklesTests.Batch(new byte[2 * 3072], [3, 1], "labels"));
        _folder.Write("torchvision/cifar-100-python/test", CifarPicklesTests.Batch(new byte[2 * 3072], [99, 1], "fine_labels"));

        IImageDataset ten = PublicData.Open("cifar10", _folder["torchvision"]), hundred = PublicData.Open("cifar100", _folder["torchvision"]);

        Assert.Equal((2, 3), (ten.Count, ten.Label(0)));
        Assert.Equal((2, 99), (hundred.Count, hundred.Label(0)));
    }

    [Fact]
    public void Data_AreFoundInTheFolderItselfAndInsideIt()
    {
        Assert.Equal(Images, PublicData.Open("cifar10", _data).Count);
        Assert.Equal(Images, PublicData.Open("cifar10", Path.Combine(_data, "cifar-10-batches-bin")).Count);
        _folder.Write("c100/cifar-100-binary/test.bin", new byte[2 * 3074]);
        Assert.Equal((2, 100), (PublicData.Open("cifar100", _folder["c100"]).Count, PublicData.Open("cifar100", _folder["c100"]).Classes));
        Assert.Contains("no test_32x32.mat in", Assert.Throws<GdwsException>(() => PublicData.Open("svhn", _data)).Message, StringComparison.Ordinal);
        Assert.Contains("cifar2", Assert.Throws<GdwsException>(() => PublicData.Open("cifar2", _data)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Svhn_IsFoundByFolderAndByFile()
    {
        string file = SharedFiles.Find("data/svhn/test_32x32.mat");

        Assert.Equal(1000, PublicData.Open("svhn", Path.GetDirectoryName(file)).Count);
        Assert.Equal(1000, PublicData.Open("svhn", file).Count);
    }

    [Theory]
    [InlineData(51.04, "51.040")]
    [InlineData(100.0 / 3, "33.333")]
    [InlineData(1.5625, "1.562")]
    [InlineData(4.6875, "4.688")]
    [InlineData(0, "0.000")]
    [InlineData(100, "100.000")]
    public void Percents_AreRoundedAsPythonDoes(double percent, string text) => Assert.Equal(text, PublicLog.Rounded(percent));

    private static string NaturalAccuracyOf(OnnxModel model, IImageDataset data)
    {
        using IEngineSession session = new OnnxRuntimeEngine().Load(model, 1);
        AccuracyCount count = NaturalAccuracy.Measure(session, data, 4, null, TestContext.Current.CancellationToken);
        return PublicLog.Rounded(100.0 * count.Correct / count.Images);
    }

    private string NaturalAccuracyOf(OnnxModel model) => NaturalAccuracyOf(model, PublicData.Open("cifar10", _data));

    /// <summary>A command on a narrow network in a folder of its own.</summary>
    private string[] Tiny(string folder, params string[] options)
    {
        _folder.Write($"{folder}/model_best.pth", StateDictFile.Bytes(SyntheticCheckpoint.Narrow("preactresnet18", classes: 10), prefix: "module.", around: []));
        return ["eval-robustness", "--model", "preactresnet18", "--fname", _folder[folder], .. Common, .. options];
    }
}
