using System.Text.Json;
using System.Text.RegularExpressions;
using Gdws.Cli.Demo;
using Gdws.Tests.Cli;

namespace Gdws.Tests.House;

/// <summary>docs/formats.md describes what is written: neither less nor more.</summary>
public sealed partial class DocumentedFormatsTests : IDisposable
{
    private const string Document = "docs/formats.md";

    private readonly DocumentFiles _files = new();
    private readonly FormatTables _tables = new(Document);

    public void Dispose() => _files.Dispose();

    [Fact]
    public void EveryKeyThatIsWritten_IsDescribed_AndNoOther()
    {
        string net = _files["resnet_4b.onnx"], checkpoint = _files["resnet18.pth"], data = $"cifar10:{_files.Images("cifar10", "images")}";
        string latency = _files["latency.json"], plan = _files["plan.json"], outcomes = _files["outcomes.jsonl"], entry = _files["entry.json"];
        const string two = "--attack pgd --threat linf:0.9,l2:0.5 --iterations 1", shortly = "--limit 6 --validation 2 --iterations 1 --batch 2 --epochs 1";

        Verb("convert", $"convert {checkpoint} -o {_files["converted.onnx"]}");
        Verb("inspect-a-network", $"inspect {net}");
        Verb("inspect-a-checkpoint", $"inspect {checkpoint}");
        Verb("sensitivity", $"sensitivity {net} --data {data} --samples 2 --iterations 1 -o {_files["alpha.safetensors"]}");
        Verb("benchmark", $"benchmark {net} --seconds 0.01");
        Verb("layer-times", $"benchmark {net} --layers --seconds 0.01 -o {latency}");
        Written("layer-times", latency);
        Verb("approximate", $"approximate {net} --speedup 1 --latency-model {latency} --calibrate {data} --samples 4 --plan {plan} -o {_files["a.onnx"]}");
        Written("plans", plan);
        Verb("approximate", $"approximate {net} --max-drop 50 --data {data} --limit 4 --attack pgd -o {_files["b.onnx"]}");
        Verb("approximate", $"approximate {net} --speedup-macs 1.3 --bias-correction --plan {plan} -o {_files["c.onnx"]}");
        Written("plans", plan);
        Verb("evaluate", $"evaluate {net} --data {data} --limit 4 {two}");
        Verb("evaluate", $"evaluate {net} --data {data} --limit 2 --attack autoattack --outcomes {outcomes}");
        Verb("merge", $"merge {outcomes} --robustbench {entry}");
        Written("robustbench", entry);
        Verb("eval-robustness", $"eval-robustness --fname {_files["outdir_cifar10/preactresnet18"]} --model preactresnet18 --apply-gdws --beta 0.5"
            + $" --data-dir {_files["images"]} --limit 4 --attack-iters 1 --epsilon 200");
        Verb("train", $"train {net} --data {data} --method msd {shortly} -o {_files["t.onnx"]}");
        Verb("prune", $"prune {net} --data {data} {shortly} -o {_files["p.onnx"]}");
        Verb("doctor", $"doctor --data {data}");
        Verb("resultsjson", $"compare {net} --data {data} --limit 4 --budgets 1.5 --calibrate {data} --samples 4 {two} --layers --seconds 0.01"
            + $" --ratios 0.5 --methods magnitude --train-limit 4 --epochs 1 --pictures 1 -o {_files["comparison"]}");
        Assert.Equal(0, CliRun.Of(Demo, TestContext.Current.CancellationToken, "demo", "-o", _files["demo"]).Code);
        Written("resultsjson", _files["demo/results.json"]);
        _tables.Compare("pages", Charts(_files["comparison/report.html"]));

        Assert.True(_tables.Missing.Count == 0, $"{Document} doesn't name\n{string.Join('\n', _tables.Missing)}");
        Assert.True(!_tables.Stale.Any(), $"{Document} names what isn't written\n{string.Join('\n', _tables.Stale)}");
    }

    private DemoSetup Demo => new()
    {
        Network = _files["samples/fashion-mnist.onnx"],
        Data = $"fashion-mnist:{_files.Images("fashion-mnist", "shipped")}",
        Speedups = [1.5],
        CalibratedSpeedups = [],
        CalibrationImages = 4,
        AttackedImages = 1,
        Pictures = 0,
        BenchmarkTime = TimeSpan.FromMilliseconds(10),
    };

    private void Verb(string section, string command)
    {
        CliRun run = CliRun.Of(TestContext.Current.CancellationToken, [.. command.Split(' '), "--json", "-"]);
        Assert.True(run.Code == 0, $"gdws {command}: {run.Error}");
        _tables.Compare(section, run.Json);
    }

    private void Written(string section, string path) => _tables.Compare(section, JsonDocument.Parse(File.ReadAllText(path)).RootElement);

    private static JsonElement Charts(string page) => JsonDocument.Parse(ChartScript().Match(File.ReadAllText(page)).Groups[1].Value).RootElement;

    [GeneratedRegex(@"<script type=""application/json"" id=""charts"">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex ChartScript();
}
