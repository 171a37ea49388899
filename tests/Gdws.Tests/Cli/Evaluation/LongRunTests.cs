using System.Text.Json;
using Gdws.Checkpoints;
using Gdws.Tests.Torch;

namespace Gdws.Tests.Cli.Evaluation;

[Collection(SteadyThreads.Name)]
public sealed class LongRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EvaluatedNetwork _network;

    public LongRunTests() => _network = new EvaluatedNetwork(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--attack", "pgd", "--iterations", "5", "--restarts", "2")]
    [InlineData("--attack", "apgd-ce", "--iterations", "10", "--norm", "l2", "--eps", "0.1")]
    [InlineData("--attack", "apgd-t", "--iterations", "5", "--norm", "l1", "--eps", "1")]
    [InlineData("--attack", "fab-t", "--iterations", "4")]
    [InlineData("--attack", "square", "--iterations", "40")]
    public void TheOutcomeFile_DoesntDependOnBatchesOrSlices(params string[] attack)
    {
        byte[] whole = Outcomes("whole", [.. attack, "--batch", "23"]);
        Assert.Equal(whole, Outcomes("again", [.. attack, "--batch", "23"]));
        Assert.Equal(whole, Outcomes("ones", [.. attack, "--batch", "1"]));
        Assert.Equal(whole, Outcomes("sevens", [.. attack, "--batch", "7"]));

        string[] slices = [.. Enumerable.Range(1, 3).Select(k => _folder[$"slice{k}"])];
        for (int k = 1; k <= 3; k++)
            Outcomes($"slice{k}", [.. attack, "--batch", "4", "--shard", $"{k}/3"]);
        CliRun merged = CliRun.Of("merge", slices[2], slices[0], slices[1], "-o", _folder["merged"]);

        Assert.Equal(0, merged.Code);
        Assert.Equal(whole, File.ReadAllBytes(_folder["merged"]));
    }

    [Fact]
    public void AnInterruptedEvaluation_GoesOnWhereItStopped()
    {
        string[] attack = ["--attack", "apgd-ce", "--iterations", "60", "--batch", "2", "--save-adversarial"];
        byte[] whole = Outcomes("whole", [.. attack, _folder["whole.npy"]]);
        string[] command = [.. _network.Arguments, .. attack, _folder["parts.npy"], "--outcomes", _folder["parts"], "--resume"];

        // Stopped after longer and longer times: before, in the middle of and between batches.
        int interruptions = 0;
        for (int milliseconds = 1; ; milliseconds += 30)
        {
            using CancellationTokenSource stop = new(milliseconds);
            CliRun run = CliRun.Of(stop.Token, command);
            if (run.Code == 0)
                break;
            Assert.Equal(130, run.Code);
            interruptions++;
        }

        Assert.True(interruptions > 0);
        Assert.Equal(whole, File.ReadAllBytes(_folder["parts"]));
        Assert.Equal(File.ReadAllBytes(_folder["whole.npy"]), File.ReadAllBytes(_folder["parts.npy"]));
        Assert.DoesNotContain(_folder.Files, file => file.Contains("part", StringComparison.Ordinal) && file is not "parts" and not "parts.npy");
    }

    [Fact]
    public void AResumedEvaluation_PrintsWhatAWholeOneDoes()
    {
        string[] attack = ["--attack", "fgsm"];
        JsonElement whole = Json([.. attack]);
        Outcomes("some", [.. attack, "--limit", "9"]);

        JsonElement more = Json([.. attack, "--outcomes", _folder["some"], "--resume"]);
        JsonElement again = Json([.. attack, "--outcomes", _folder["some"], "--resume"]);
        JsonElement merged = CliRun.Of("merge", _folder["some"], "--json", "-").Json;

        foreach (JsonElement found in (JsonElement[])[more, again, merged])
        {
            Assert.Equal(whole.GetProperty("natural").GetRawText(), found.GetProperty("natural").GetRawText());
            Assert.Equal(whole.GetProperty("robust")[0].GetProperty("correct").GetInt32(), found.GetProperty("robust")[0].GetProperty("correct").GetInt32());
            Assert.Equal(whole.GetProperty("robust")[0].GetProperty("max_perturbation").GetDouble(), found.GetProperty("robust")[0].GetProperty("max_perturbation").GetDouble());
        }
    }

    [Theory]
    [InlineData("the attacks", "--attack", "pgd", "--iterations", "3")]
    [InlineData("the attacks", "--attack", "fgsm", "--eps", "3/255")]
    [InlineData("the seed", "--attack", "fgsm", "--seed", "6")]
    [InlineData("the data", "--attack", "fgsm", "--split", "train")]
    public void AnotherEvaluation_IsntResumed(string difference, params string[] options)
    {
        File.Copy(Path.Combine(_network.Data["cifar10:".Length..], "test_batch.bin"), Path.Combine(_network.Data["cifar10:".Length..], "data_batch_1.bin"));
        Outcomes("outcomes", ["--attack", "fgsm"]);

        CliRun run = CliRun.Of([.. _network.Arguments[..4], .. Defaults(options), "--outcomes", _folder["outcomes"], "--resume"]);

        Assert.Equal(1, run.Code);
        Assert.Contains($"differs in {difference}", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnfinishedFile_IsntOverwritten()
    {
        Outcomes("outcomes", ["--attack", "fgsm", "--batch", "10"]);
        string[] lines = File.ReadAllLines(_folder["outcomes"]);
        File.WriteAllLines(_folder["outcomes"], lines[..11]);

        CliRun run = CliRun.Of([.. _network.Arguments, "--attack", "fgsm", "--outcomes", _folder["outcomes"]]);

        Assert.Equal(1, run.Code);
        Assert.Contains("holds 10 of 23 images", run.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("--resume", run.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(11, File.ReadAllLines(_folder["outcomes"]).Length);
    }

    [Fact]
    public void TheSameNetworkWithOtherWeights_IsntResumed()
    {
        Outcomes("outcomes", ["--attack", "fgsm"]);
        Gdws.Onnx.OnnxModel model = Gdws.Onnx.OnnxModel.Load(_network.Network);
        Gdws.Onnx.Schema.ModelProto changed = model.Proto.Clone();
        changed.Graph.Initializer[0] = Gdws.Onnx.OnnxTensor.Create("w", [6, 3, 3, 3], new float[162]);
        new Gdws.Onnx.OnnxModel(changed).Save(_network.Network);

        CliRun run = CliRun.Of([.. _network.Arguments, "--attack", "fgsm", "--outcomes", _folder["outcomes"], "--resume"]);

        Assert.Equal(1, run.Code);
        Assert.Contains("differs in the network", run.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void SavedImages_AreWhatTheOutcomesSay()
    {
        Outcomes("outcomes", ["--attack", "pgd", "--iterations", "5", "--batch", "6", "--save-adversarial", _folder["images.safetensors"], "--threat", "linf:2/255,l2:0.1"], eps: false);
        Outcomes("one", ["--attack", "pgd", "--iterations", "5", "--save-adversarial", _folder["images.npy"]]);

        Checkpoint tensors = Checkpoint.Load(_folder["images.safetensors"]);
        Assert.Equal(["pgd-l2-0.1", "pgd-linf-2/255"], tensors.State.Select(tensor => tensor.Name).Order());
        Assert.All(tensors.State, tensor => Assert.Equal([23, 3, 32, 32], tensor.Shape));
        byte[] array = File.ReadAllBytes(_folder["images.npy"]);
        int header = 10 + BitConverter.ToUInt16(array, 8);
        Assert.Equal(0, header % 64);
        Assert.Contains("'descr': '<f4', 'fortran_order': False, 'shape': (23, 3, 32, 32)", System.Text.Encoding.ASCII.GetString(array, 10, header - 10), StringComparison.Ordinal);
        Assert.Equal(tensors.State.Single(tensor => tensor.Name == "pgd-linf-2/255").Bytes.ToArray(), array[header..]);

        // As a dataset of clean images they must give the robust accuracy.
        float[] pixels = [.. Enumerable.Range(0, 23 * 3072).Select(i => BitConverter.ToSingle(array, header + (4 * i)))];
        int[] wrong = Wrong(pixels);
        int[] broken = [.. File.ReadLines(_folder["one"]).Skip(1).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => !line.GetProperty("attacks")[0].GetProperty("robust").GetBoolean()).Select(line => line.GetProperty("image").GetInt32())];
        Assert.Equal(broken, wrong);
        Assert.InRange(broken.Length, 6, 22);
    }

    [Theory]
    [InlineData("images.npy", ".npy holds one array", "--threat", "linf:2/255,l2:0.1")]
    [InlineData("images.png", "ends in .npy or .safetensors", "--eps", "2/255")]
    public void ImagesThatCantBeSaved_AreRefusedBeforeTheWork(string file, string message, params string[] threat)
    {
        CliRun run = CliRun.Of([.. _network.Arguments[..4], .. threat, "--attack", "fgsm", "--save-adversarial", _folder[file]]);

        Assert.Equal(1, run.Code);
        Assert.Contains(message, run.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain(file, _folder.Files);
    }

    [Fact]
    public void AnInterruptedEvaluationWithoutOutcomes_LeavesNoImagesBehind()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();

        CliRun run = CliRun.Of(stop.Token, [.. _network.Arguments, "--attack", "fgsm", "--save-adversarial", _folder["images.npy"]]);

        Assert.Equal(130, run.Code);
        Assert.DoesNotContain(_folder.Files, file => file.StartsWith("images", StringComparison.Ordinal));
    }

    [Fact]
    public void RobustBench_HasThatProjectsFields()
    {
        // No image is right by nature, so AutoAttack has nothing to do.
        string network = _folder.Save(EvaluateVerbTests.Always(4), "four.onnx");
        CliRun run = CliRun.Of("evaluate", network, "--data", _network.Data, "--limit", "4", "--attack", "autoattack", "--robustbench", _folder["entry.json"]);
        Assert.Equal(0, run.Code);

        JsonElement entry = JsonDocument.Parse(File.ReadAllText(_folder["entry.json"])).RootElement;

        Assert.Equal(
            ["link", "name", "authors", "additional_data", "number_forward_passes", "dataset", "venue", "architecture", "eps", "clean_acc", "reported", "autoattack_acc", "threat_model", "n_examples"],
            CliRun.Keys(entry));
        Assert.Equal(("four", "cifar10", "8/255", "Linf", 4), (
            entry.GetProperty("name").GetString(), entry.GetProperty("dataset").GetString(), entry.GetProperty("eps").GetString(),
            entry.GetProperty("threat_model").GetString(), entry.GetProperty("n_examples").GetInt32()));
        Assert.Matches(@"^\d+\.\d\d$", entry.GetProperty("clean_acc").GetString());
        Assert.Equal(1, CliRun.Of([.. _network.Arguments, "--attack", "fgsm", "--robustbench", _folder["entry.json"]]).Code);
    }

    [Fact]
    public void SeveralRadii_AreOneRun()
    {
        JsonElement json = CliRun.Of([.. _network.Arguments[..4], "--attack", "pgd", "--iterations", "5", "--eps", "1/255,2/255,1/25", "--eot", "2", "--json", "-"]).Json;

        int[] correct = [.. json.GetProperty("robust").EnumerateArray().Select(e => e.GetProperty("correct").GetInt32())];
        Assert.Equal([1.0 / 255, 2.0 / 255, 1.0 / 25], json.GetProperty("robust").EnumerateArray().Select(e => e.GetProperty("epsilon").GetDouble()));
        Assert.Equal(correct.OrderDescending(), correct);
        Assert.True(correct[0] > correct[2]);
    }

    private static string[] Defaults(string[] options) =>
        [.. options, .. options.Contains("--eps") ? (string[])[] : ["--eps", "2/255"], .. options.Contains("--seed") ? (string[])[] : ["--seed", "5"]];

    private JsonElement Json(string[] options) => CliRun.Of([.. _network.Arguments, .. options, "--json", "-"]).Json;

    private byte[] Outcomes(string name, string[] options, bool eps = true)
    {
        string[] arguments = eps && !options.Contains("--eps") ? _network.Arguments : [.. _network.Arguments[..4], "--seed", "5"];
        CliRun run = CliRun.Of([.. arguments, .. options, "--outcomes", _folder[name]]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        return File.ReadAllBytes(_folder[name]);
    }

    private int[] Wrong(float[] pixels)
    {
        Gdws.Data.IImageDataset data = Gdws.Data.ImageDataset.Open(_network.Data, "test");
        using Gdws.Torch.TorchNetwork network = new(Gdws.Onnx.OnnxModel.Load(_network.Network));
        using TorchSharp.torch.Tensor images = TorchSharp.torch.tensor(pixels).reshape(23, 3, 32, 32);
        using TorchSharp.torch.Tensor logits = network.Forward(images);
        using TorchSharp.torch.Tensor classes = logits.argmax(1);
        return [.. classes.data<long>().ToArray().Select((found, i) => (found, i)).Where(pair => pair.found != data.Label(pair.i)).Select(pair => pair.i)];
    }
}
