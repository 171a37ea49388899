using System.Text.Json;
using Gdws.Checkpoints;
using Gdws.Execution;
using Gdws.Onnx;
using Gdws.OnnxRuntime;
using Gdws.Planning;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Cli;

public sealed class ApproximateVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _network;

    public ApproximateVerbTests() => _network = _folder.Save(TwoLayers());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Json_HasTheKeysThatAreFixed()
    {
        JsonElement json = CliRun.Of("approximate", _network, "--kernels-per-channel", "1.5", "-o", _folder["out.onnx"], "--json", "-").Json;

        Assert.Equal(["source", "output", "budget", "macs_before", "macs_after", "speedup_macs", "seconds", "layers"], CliRun.Keys(json)[..8]);
        Assert.Equal("kernels-per-channel 1.5", $"{json.GetProperty("budget").GetProperty("kind")} {json.GetProperty("budget").GetProperty("value")}");
        JsonElement layer = json.GetProperty("layers")[1];
        Assert.Equal(["name", "kernels", "channels", "weighted_error", "macs_before", "macs_after"], CliRun.Keys(layer)[..6]);
        Assert.Equal((12, 8), (layer.GetProperty("kernels").GetInt32(), layer.GetProperty("channels").GetInt32()));

        // Dense: 16·8·9 MACs at 6×6 places; GDWS: 12·(9 + 16).
        Assert.Equal((16 * 8 * 9 * 36, 12 * (9 + 16) * 36), (layer.GetProperty("macs_before").GetInt32(), layer.GetProperty("macs_after").GetInt32()));
    }

    [Fact]
    public void ASpeedup_IsReachedAndToldByInspect()
    {
        Assert.Equal(0, CliRun.Of("approximate", _network, "--speedup-macs", "2", "-o", _folder["out.onnx"]).Code);

        long before = CliRun.Of("inspect", _network, "--json", "-").Json.GetProperty("macs").GetInt64();
        JsonElement after = CliRun.Of("inspect", _folder["out.onnx"], "--json", "-").Json;

        Assert.True(after.GetProperty("macs").GetInt64() * 2 <= before);
        Assert.Equal(["dense", "gdws"], after.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("kind").GetString()));
    }

    [Fact]
    public void AllComponentsKept_GiveTheLogitsOfTheDenseNetwork()
    {
        Assert.Equal(0, CliRun.Of("approximate", _network, "--beta", "0", "--always", "--include-first", "-o", _folder["out.onnx"]).Code);

        float[] expected = Logits(_network), actual = Logits(_folder["out.onnx"]);

        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-4f * expected.Max(MathF.Abs));
    }

    [Fact]
    public void ThePlan_IsWrittenAndEqualToTheOneInsideTheNetwork()
    {
        CliRun.Of("approximate", _network, "--speedup-macs", "2", "--plan", _folder["plan.json"], "-o", _folder["out.onnx"]);

        Assert.Equal(GdwsPlan.Load(_folder["plan.json"]).ToJson(), GdwsPlan.Of(OnnxModel.Load(_folder["out.onnx"]))!.ToJson());
    }

    [Fact]
    public void WhatIsLeftAlone_IsToldWithTheReason()
    {
        CliRun run = CliRun.Of("approximate", _network, "--kernels-per-channel", "1", "--exclude", "conv2*", "-o", _folder["out.onnx"]);

        Assert.Equal(0, run.Code);
        Assert.Contains("left alone: conv1 (is the network's first convolution)", run.OutputLines);
        Assert.Contains("left alone: conv2 (is excluded by conv2*)", run.OutputLines);
        Assert.Contains("no layer is replaced", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ASensitivity_ChangesWhatIsKept()
    {
        // Only the last channel matters: it keeps all its kernels, the others none.
        SafeTensors.Write(_folder["alpha.safetensors"], [Vector("conv2", 0, 0, 0, 0, 0, 0, 0, 1)]);

        CliRun run = CliRun.Of(
            "approximate", _network, "--beta", "0", "--sensitivity", _folder["alpha.safetensors"], "--plan", _folder["plan.json"], "-o", _folder["out.onnx"]);

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 9], GdwsPlan.Load(_folder["plan.json"]).Layers[1].KernelsPerChannel);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("--beta and --speedup-macs", "--beta", "1", "--speedup-macs", "2")]
    public void BudgetsOtherThanOne_AreWrongUsage(string found, params string[] budget)
    {
        CliRun run = CliRun.Of(["approximate", _network, "-o", _folder["out.onnx"], .. budget]);

        Assert.Equal(2, run.Code);
        Assert.Contains($"found {found}", run.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--speedup-macs", "100")]
    [InlineData("--speedup-macs", "0.5")]
    [InlineData("--beta", "1", "--exclude", "nothing*")]
    [InlineData("--beta", "1", "--sensitivity", "missing.safetensors")]
    public void WhatCantBeDone_IsOneLineAndWritesNothing(params string[] budget)
    {
        CliRun run = CliRun.Of(["approximate", _network, "-o", _folder["out.onnx"], "--plan", _folder["plan.json"], .. budget]);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.StartsWith("error: ", run.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(["net.onnx"], _folder.Files);
    }

    [Fact]
    public void AnOutputThatCantBeWritten_IsToldFirst()
    {
        File.WriteAllText(_folder["file"], "");

        CliRun run = CliRun.Of("approximate", _network, "--beta", "1", "-o", Path.Combine(_folder["file"], "out.onnx"));

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains("is a file, not a folder", run.ErrorLine, StringComparison.Ordinal);
    }

    private static float[] Logits(string path)
    {
        using IEngineSession session = new OnnxRuntimeEngine().Load(OnnxModel.Load(path), 1);
        Random random = new(4);
        float[] images = [.. Enumerable.Range(0, 2 * session.ImageLength).Select(_ => random.NextSingle())], logits = new float[2 * session.Classes];
        session.Run(images, 2, logits);
        return logits;
    }

    private static CheckpointTensor Vector(string name, params float[] values) =>
        new(name, ElementType.Float32, [values.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray());

    /// <summary>Image [N, 3, 6, 6] → 3×3 to 8 channels → ReLU → 3×3 to 16 → mean → linear to 10.</summary>
    internal static OnnxModel TwoLayers() => new TestNetwork(17, 0, 3, 6, 6)
        .Weight("conv1.weight", 8, 3, 3, 3)
        .Weight("conv2.weight", 16, 8, 3, 3)
        .Weight("linear.weight", 10, 16)
        .Node("Conv", "conv1", ["images", "conv1.weight"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("Relu", "relu1", ["conv1"])
        .Node("Conv", "conv2", ["relu1", "conv2.weight"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("GlobalAveragePool", "mean", ["conv2"])
        .Node("Flatten", "flat", ["mean"])
        .Node("Gemm", "logits", ["flat", "linear.weight"], n => n.With("transB", 1))
        .Build("logits");
}
