using System.Text.Json;
using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Tests.Execution;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Cli;

public sealed class InspectVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Totals_AreThoseCountedByHand()
    {
        // Convolution: 4·3·9 weights, at 4×3 places; linear: 5·4.
        const int convolution = 4 * 3 * 9 * 4 * 3, linear = 5 * 4, parameters = (4 * 3 * 9) + 4 + (5 * 4) + 5;

        JsonElement json = CliRun.Of("inspect", _folder.Save(SmallNetworks.Classifier(0)), "--json", "-").Json;

        Assert.Equal(convolution + linear, json.GetProperty("macs").GetInt64());
        Assert.Equal(parameters, json.GetProperty("parameters").GetInt64());
        JsonElement layer = Assert.Single(json.GetProperty("layers").EnumerateArray());
        Assert.Equal(convolution, layer.GetProperty("macs").GetInt64());
        Assert.Equal((4 * 3 * 9) + 4, layer.GetProperty("parameters").GetInt64());
    }

    [Fact]
    public void Json_HasTheKeysThatAreFixed()
    {
        JsonElement json = CliRun.Of("inspect", _folder.Save(SmallNetworks.Classifier(0)), "--json", "-").Json;

        Assert.Equal(["network", "inputs", "macs", "parameters", "sparsity", "layers"], CliRun.Keys(json));
        JsonElement layer = json.GetProperty("layers")[0];
        Assert.Equal(
            ["name", "kind", "outputs", "inputs", "kernel", "stride", "groups", "output_size", "macs", "parameters", "kernels", "sparsity"],
            CliRun.Keys(layer));
        Assert.Equal(
            """["conv1","dense",4,3,[3,3],[2,2],1,[4,3],1296,112,0,0]""",
            $"[{string.Join(',', layer.EnumerateObject().Select(p => p.Value.GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)))}]");
    }

    [Fact]
    public void AGdwsLayer_ShowsItsKernelsAndItsSaving()
    {
        // 6 kernels over 4 channels, 8 outputs, 5×5 places: 6·(9 + 8)·25 MACs, dense 8·4·9·25.
        string network = _folder.Save(new TestNetwork(17, 0, 4, 5, 5)
            .Integers("map", 0, 0, 1, 2, 2, 3)
            .Weight("conv.depthwise.weight", 6, 1, 3, 3)
            .Weight("conv.pointwise.weight", 8, 6, 1, 1)
            .Node("Gather", "repeated", ["images", "map"], n => n.With("axis", 1))
            .Node("Conv", "kernels", ["repeated", "conv.depthwise.weight"], n => n.WithList("pads", 1, 1, 1, 1).With("group", 6))
            .Node("Conv", "logits", ["kernels", "conv.pointwise.weight"])
            .Build("logits"));

        CliRun table = CliRun.Of("inspect", network);
        JsonElement layer = Assert.Single(CliRun.Of("inspect", network, "--json", "-").Json.GetProperty("layers").EnumerateArray());

        Assert.Equal(("gdws", 6, 6 * (9 + 8) * 25),
            (layer.GetProperty("kind").GetString(), layer.GetProperty("kernels").GetInt32(), layer.GetProperty("macs").GetInt32()));
        string row = Assert.Single(table.OutputLines, l => l.StartsWith("conv ", StringComparison.Ordinal));
        Assert.EndsWith("6  1.50   2.82×", row, StringComparison.Ordinal);
        Assert.Contains(table.OutputLines, l => l.StartsWith("its dense form", StringComparison.Ordinal) && l.EndsWith("2.82× as many", StringComparison.Ordinal));
    }

    [Fact]
    public void TheTable_IsNoWiderThan100Columns()
    {
        string name = "a.very.long.name." + new string('x', 150);
        string network = _folder.Save(new TestNetwork(17, 0, 3, 224, 224)
            .Weight(name + ".weight", 1024, 3, 3, 3)
            .Node("Conv", "logits", ["images", name + ".weight"])
            .Build("logits"));

        CliRun run = CliRun.Of("inspect", network);

        Assert.All(run.OutputLines.Skip(1), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void ACheckpoint_ShowsItsTensors()
    {
        string file = _folder["net.safetensors"];
        SafeTensors.Write(file, new StateDict([new CheckpointTensor("fc.weight", ElementType.Float32, [2, 3], new byte[24])]));

        CliRun table = CliRun.Of("inspect", file);
        JsonElement json = CliRun.Of("inspect", file, "--json", "-").Json;

        Assert.Contains(table.OutputLines, l => l.StartsWith("fc.weight  float32  [2, 3]", StringComparison.Ordinal));
        Assert.Equal(["checkpoint", "format", "architecture", "tensors"], CliRun.Keys(json));
        Assert.Equal("safetensors", json.GetProperty("format").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("architecture").ValueKind);
        Assert.Equal(["name", "dtype", "shape", "sparsity"], CliRun.Keys(json.GetProperty("tensors")[0]));
    }

    [Fact]
    public void JsonToAFile_LeavesTheTableOnStandardOutput()
    {
        string json = _folder["out.json"];

        CliRun run = CliRun.Of("inspect", _folder.Save(SmallNetworks.Classifier(0)), "--json", json);

        Assert.Contains("conv1", run.Output, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(File.ReadAllText(json)).RootElement.ValueKind);
    }

    [Theory]
    [InlineData("no such folder", "missing/out.json", 0)]
    [InlineData("a folder", ".", 1)]
    public void WhereTheJsonGoes_IsCheckedFirst(string what, string target, int code)
    {
        CliRun run = CliRun.Of("inspect", _folder.Save(SmallNetworks.Classifier(0)), "--json", Path.GetFullPath(_folder[target]));

        Assert.True(run.Code == code, what);
        if (code == 1)
            Assert.Equal(("", true), (run.Output, run.ErrorLine.Contains("it is a folder", StringComparison.Ordinal)));
    }

    [Fact]
    public void AFullDisk_IsOneLine()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");

        CliRun run = CliRun.Of("inspect", _folder.Save(SmallNetworks.Classifier(0)), "--json", "/dev/full");

        Assert.Equal(1, run.Code);
        Assert.Contains("No space left", run.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    public void ATruncatedNetwork_IsOneLine(int length)
    {
        string file = _folder.Save(SmallNetworks.Classifier(0));
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..length]);

        CliRun run = CliRun.Of("inspect", file);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.StartsWith($"error: {file}: ", run.ErrorLine, StringComparison.Ordinal);
    }
}
