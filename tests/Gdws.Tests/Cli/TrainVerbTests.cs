using System.Text.Json;
using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Tests.Torch;
using Gdws.Tests.Torch.Training;

namespace Gdws.Tests.Cli;

[Collection(SteadyThreads.Name)]
public sealed class TrainVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Net => _folder["net.onnx"];

    private string Kept => _folder["net.training.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ATrainedNetwork_IsWrittenWithItsRecipe()
    {
        CliRun run = Train("--validation", "12", "--weights", _folder["weights.safetensors"], "--json", "-");

        Assert.Equal(0, run.Code);
        Assert.Contains("trains on test images of samples", run.ErrorLine, StringComparison.Ordinal);
        JsonElement json = run.Json;
        Assert.Equal(
            ["network", "output", "data", "split", "images", "held_out", "method", "threats", "recipe", "seed", "seconds", "best_epoch", "stopped_early", "epochs"],
            CliRun.Keys(json));
        Assert.Equal((48, 12, 2), (json.GetProperty("images").GetInt32(), json.GetProperty("held_out").GetInt32(), json.GetProperty("epochs").GetArrayLength()));
        Assert.Equal(["net.onnx", "weights.safetensors"], _folder.Files);
        OnnxModel network = OnnxModel.Load(Net);
        JsonElement recipe = JsonDocument.Parse(network.Metadata("gdws.training")!).RootElement;
        Assert.Equal(("pgd linf 0.1 iterations 2 step 0.125", "7", "48"), (
            recipe.GetProperty("method").GetString(), recipe.GetProperty("seed").GetString(), recipe.GetProperty("images").GetString()));
        StateDict weights = Checkpoint.Load(_folder["weights.safetensors"]).State;
        Assert.Equal(network.Constant("7.weight")!.ToSingles(), weights["7.weight"].ToSingles());
    }

    [Fact]
    public void EveryEpochHasALine()
    {
        CliRun run = Train("--validation", "12");

        Assert.All(run.OutputLines, line => Assert.InRange(line.Length, 0, 100));
        Assert.Contains(run.OutputLines, line => line.TrimStart().StartsWith("1/2 ", StringComparison.Ordinal) && line.Contains('%', StringComparison.Ordinal));
        Assert.Contains(run.OutputLines, line => line.TrimStart().StartsWith("2/2 ", StringComparison.Ordinal));
        Assert.Contains("robust", run.OutputLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void TheSameCommand_GivesTheSameFile()
    {
        Train();
        byte[] first = File.ReadAllBytes(Net);
        Train();

        Assert.Equal(first, File.ReadAllBytes(Net));
        Train("--seed", "8");
        Assert.NotEqual(first, File.ReadAllBytes(Net));
    }

    [Fact]
    public void AStoppedTraining_LeavesOnlyItsCheckpoint_AndGoesOnToTheSameFile()
    {
        Train();
        byte[] expected = File.ReadAllBytes(Net);
        File.Delete(Net);

        CliRun stopped = CliRun.Of(new CancellationToken(canceled: true), Arguments());

        Assert.Equal(130, stopped.Code);
        Assert.Equal(["net.training.safetensors"], _folder.Files);
        CliRun anew = Train();
        Assert.Equal(1, anew.Code);
        Assert.Contains("--resume goes on with it", anew.Error, StringComparison.Ordinal);
        Assert.Equal(0, Train("--resume").Code);
        Assert.Equal(["net.onnx"], _folder.Files);
        Assert.Equal(expected, File.ReadAllBytes(Net));
    }

    [Theory]
    [InlineData("its epochs is 2, not 3", "--epochs", "3")]
    [InlineData("its method is pgd linf 0.1 iterations 2 step 0.125, not pgd linf 0.2 iterations 2 step 0.25", "--eps", "0.2")]
    [InlineData("it is of another network", "--width", "3")]
    [InlineData("not on 59 images", "--limit", "59")]
    public void ACheckpointOfAnotherTraining_IsRefused(string told, params string[] changed)
    {
        CliRun.Of(new CancellationToken(canceled: true), Arguments());

        CliRun run = Train(["--resume", .. changed]);

        Assert.Equal(1, run.Code);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
        Assert.Contains("net.training.safetensors: can't go on", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ADamagedCheckpoint_IsToldInOneLine()
    {
        CliRun.Of(new CancellationToken(canceled: true), Arguments());
        byte[] whole = File.ReadAllBytes(Kept);
        foreach (int length in (int[])[0, 5, 200, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(Kept, whole[..length]);
            CliRun run = Train("--resume");
            Assert.Equal(1, run.Code);
            Assert.Contains("error: " + Kept, run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("defect", run.Error, StringComparison.Ordinal);
        }

        SafeTensors.Write(Kept, Checkpoint.Load(_folder.Write("copy", whole)).State);
        Assert.Contains("is no checkpoint of a training", Train("--resume").Error, StringComparison.Ordinal);
        foreach (string record in (string[])["{}", "null", "[", "{\"epoch\":-1}", "{\"epoch\":1,\"history\":[null]}"])
        {
            SafeTensors.Write(Kept, Checkpoint.Load(_folder["copy"]).State, new Dictionary<string, string>(Checkpoint.Load(_folder["copy"]).Metadata) { ["gdws.training"] = record });
            CliRun run = Train("--resume");
            Assert.True(run.Code == (record == "{}" ? 0 : 1), run.Error);
            Assert.DoesNotContain("defect", run.Error, StringComparison.Ordinal);
            SafeTensors.Write(Kept, Checkpoint.Load(_folder["copy"]).State, new Dictionary<string, string>(Checkpoint.Load(_folder["copy"]).Metadata) { ["gdws.training.of"] = record });
            run = Train("--resume");
            Assert.Equal(1, run.Code);
            Assert.DoesNotContain("defect", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ALossThatIsNoNumber_IsToldWithItsPlace()
    {
        CliRun run = Train("--lr", "1000", "--schedule", "constant", "--epochs", "20");

        Assert.Equal(1, run.Code);
        Assert.Matches(@"the loss is (NaN|∞|Infinity) in epoch \d+ of 20, step \d of 3; .*a smaller learning rate may help", run.Error);
        Assert.DoesNotContain("net.onnx", _folder.Files);
    }

    [Fact]
    public void ANetworkCanBeTrainedFurther()
    {
        string source = _folder.Save(ToyNetworks.WithBatchNormalization(10), "toy.onnx");

        CliRun run = CliRun.Of("train", source, "--data", Stripes(), "--epochs", "1", "--batch", "10", "--method", "natural", "-o", Net);

        Assert.Equal((0, 0), (run.Code, run.Error.Length));
        Assert.NotEqual(OnnxModel.Load(source).Constant("fc.weight")!.ToSingles(), OnnxModel.Load(Net).Constant("fc.weight")!.ToSingles());
        Assert.Equal([0.4f], OnnxModel.Load(Net).Constant("mean")!.ToSingles());
    }

    [Fact]
    public void DataThatDoesntSuitTheNetwork_IsRefused()
    {
        string small = _folder.Save(ToyNetworks.WithBatchNormalization(10), "small.onnx");
        string few = _folder.Save(ToyNetworks.WithBatchNormalization(3), "few.onnx");

        Assert.Contains("takes images of 1×6×6", CliRun.Of("train", small, "--data", "samples", "-o", Net).Error, StringComparison.Ordinal);
        Assert.Contains("tells 3 classes apart", CliRun.Of("train", few, "--data", Stripes(), "-o", Net).Error, StringComparison.Ordinal);
        Assert.Contains("some must be left to train on", Train("--validation", "60").Error, StringComparison.Ordinal);
        Assert.Contains("needs images held out", Train("--patience", "2").Error, StringComparison.Ordinal);
        Assert.Contains("unknown architecture kw_smal", CliRun.Of("train", "--arch", "kw_smal", "--data", "samples", "-o", Net).Error, StringComparison.Ordinal);
        Assert.Contains("there is no checkpoint to go on from", Train("--resume").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("give a network to train further, or --arch NAME")]
    [InlineData("not both", "a.onnx", "--arch", "kw_small")]
    [InlineData("--width belongs to --arch", "a.onnx", "--width", "3")]
    [InlineData("--method natural has no --eps", "a.onnx", "--method", "natural", "--eps", "0.1")]
    [InlineData("--method msd has no --eps; write --threat", "a.onnx", "--method", "msd", "--eps", "0.1")]
    [InlineData("--method pgd has no --threat; --method msd has", "a.onnx", "--threat", "linf:0.1")]
    [InlineData("--method fast has no --beta", "a.onnx", "--method", "fast", "--beta", "6")]
    [InlineData("--momentum 1: expected a number of at least 0 and below 1", "a.onnx", "--momentum", "1")]
    [InlineData("--ema 1.5: expected a number of at least 0 and below 1", "a.onnx", "--ema", "1.5")]
    [InlineData("--eps 0: expected a number above 0", "a.onnx", "--eps", "0")]
    [InlineData("--epochs 0: expected a whole number", "a.onnx", "--epochs", "0")]
    [InlineData("unknown kind 'some'", "a.onnx", "--validation", "some")]
    [InlineData("normalisation \"grey\"", "--arch", "kw_small", "--normalize", "grey")]
    public void WrongUsage_IsOneLine(string told, params string[] arguments)
    {
        CliRun run = CliRun.Of(["train", .. arguments, "--data", "samples", "-o", Net]);

        Assert.Equal(2, run.Code);
        Assert.Contains(told, run.ErrorLine, StringComparison.Ordinal);
    }

    private CliRun Train(params string[] more) => CliRun.Of(Arguments(more));

    private string[] Arguments(params string[] more)
    {
        List<string> arguments = ["train"];
        (string Name, string Value)[] usual =
        [
            ("--arch", "kw_small"), ("--width", "2"), ("--data", "samples"), ("--limit", "60"), ("--batch", "16"), ("--epochs", "2"), ("--method", "pgd"),
            ("--eps", "0.1"), ("--iterations", "2"), ("--lr", "0.02"), ("--seed", "7"), ("-o", Net),
        ];
        foreach ((string name, string value) in usual.Where(option => !more.Contains(option.Name)))
            arguments.AddRange([name, value]);
        return [.. arguments, .. more];
    }

    /// <summary>Digits of 6×6 pixels.</summary>
    private string Stripes()
    {
        StripedImages images = new(20, 3);
        byte[] pixels = [.. Enumerable.Range(0, 20).SelectMany(i =>
        {
            float[] image = new float[36];
            images.CopyImage(i, image);
            return image.Select(value => (byte)(255 * value));
        })];
        _folder.Write("stripes/train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 6, 0, 0, 0, 6, .. pixels]);
        _folder.Write("stripes/train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 20, .. Enumerable.Range(0, 20).Select(i => (byte)images.Label(i))]);
        return $"mnist:{_folder["stripes"]}";
    }
}
