using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests.Planning;

public sealed class GdwsPlanTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gdws-").FullName;
    private readonly OnnxModel _network = ConvolutionNetworks.Residual();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheSameInputs_GiveTheSameBytes()
    {
        byte[] first = Planner.WithinError(Spectra.Of(_network), 3).ApplyTo(_network).ToBytes();
        byte[] second = Planner.WithinError(Spectra.Of(ConvolutionNetworks.Residual()), 3).ApplyTo(ConvolutionNetworks.Residual()).ToBytes();

        Assert.Equal(first, second);
    }

    [Fact]
    public void ApplyingAPlan_LeavesTheNetworkAsItWas()
    {
        byte[] before = _network.ToBytes();

        Planner.WithinError(Spectra.Of(_network), 3).ApplyTo(_network);

        Assert.Equal(before, _network.ToBytes());
    }

    [Fact]
    public void APlanWrittenAndRead_IsTheSameAndMakesTheSameNetwork()
    {
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(_network), 1.5);
        string path = Path.Combine(_folder, "plan.json");

        plan.Save(path);
        GdwsPlan read = GdwsPlan.Load(path);

        Assert.Equal(plan.ToJson(), read.ToJson());
        Assert.Equal(File.ReadAllText(path), read.ToJson());
        Assert.Equal(plan.ApplyTo(_network).ToBytes(), read.ApplyTo(_network).ToBytes());
    }

    [Fact]
    public void TheJson_IsWhatTheFormatSays()
    {
        OnnxModel network = ConvolutionNetworks.Single(2, 6, 3, 3, size: 3);
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network, new SpectraOptions { IncludeFirst = true }), 1.5) with
        {
            SourceSha256 = new string('0', 64),
        };
        GdwsPlan round = plan with { Layers = [plan.Layers[0] with { WeightedError = 1.5, KernelsPerChannel = [2, 1] }] };

        Assert.Equal(
            """
            {
              "format": "gdws-plan 1",
              "source": "test.onnx",
              "source_sha256": "0000000000000000000000000000000000000000000000000000000000000000",
              "budget": {
                "kind": "kernels-per-channel",
                "value": 1.5,
                "round_to": 1
              },
              "sensitivity_sha256": null,
              "macs_before": 324,
              "macs_after": 135,
              "layers": [
                {
                  "name": "a",
                  "kind": "gdws",
                  "reason": null,
                  "outputs": 6,
                  "inputs": 2,
                  "kernel": [3, 3],
                  "kernels": 3,
                  "kernels_per_channel": [2, 1],
                  "weighted_error": 1.5,
                  "macs_before": 324,
                  "macs_after": 135
                }
              ]
            }

            """,
            round.ToJson());
    }

    [Fact]
    public void TheNetwork_CarriesThePlanThatMadeIt()
    {
        GdwsPlan plan = Planner.WithinError(Spectra.Of(_network), 3);

        OnnxModel approximated = plan.ApplyTo(_network);

        Assert.Null(GdwsPlan.Of(_network));
        Assert.Equal(plan.ToJson(), GdwsPlan.Of(approximated)!.ToJson());
        Assert.True(plan.IsMadeFor(_network));
        Assert.False(plan.IsMadeFor(approximated));
    }

    [Fact]
    public void ApplyingTwice_LeavesGdwsLayersAloneAndReplacesThePlan()
    {
        SpectraOptions onlyFirst = new() { Exclude = ["block.conv2"] };
        OnnxModel once = Planner.WithKernelsPerChannel(Spectra.Of(_network, onlyFirst), 1).ApplyTo(_network);

        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(once), 1.5);
        OnnxModel twice = plan.ApplyTo(once);

        Assert.Equal("is a GDWS convolution already", plan.Layers.Single(layer => layer.Name == "block.conv1").Reason);
        Assert.Equal(8, twice.Convolutions.Single(layer => layer.Name == "block.conv1").Kernels);
        Assert.Equal(18, twice.Convolutions.Single(layer => layer.Name == "block.conv2").Kernels);
        Assert.Equal(plan.ToJson(), Assert.Single(twice.Proto.MetadataProps).Value);
    }

    [Fact]
    public void APlanForAnotherNetwork_IsRefusedWithTheLayer()
    {
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(_network), 1);
        OnnxModel other = ConvolutionNetworks.Single(4, 10, 3, 3);
        SpectraOptions all = new() { IncludeFirst = true };
        GdwsPlan single = Planner.WithKernelsPerChannel(Spectra.Of(other, all), 1);

        GdwsException missing = Assert.Throws<GdwsException>(() => plan.ApplyTo(other));
        GdwsException shape = Assert.Throws<GdwsException>(() => single.ApplyTo(ConvolutionNetworks.Single(4, 11, 3, 3)));
        GdwsException kind = Assert.Throws<GdwsException>(() => plan.ApplyTo(plan.ApplyTo(_network)));

        Assert.Contains("no convolution block.conv1", missing.Message, StringComparison.Ordinal);
        Assert.Contains("[10, 4, 3, 3], found [11, 4, 3, 3]", shape.Message, StringComparison.Ordinal);
        Assert.Contains("found gdws", kind.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"kernels\": 8,", "\"kernels\": 7,", "add up to 8")]
    [InlineData("\"outputs\": 12,", "\"outputs\": 0,", "at least 1")]
    [InlineData("\"inputs\": 8,", "\"inputs\": 9,", "kernels_per_channel for 9 channels, found 8")]
    [InlineData("\"kernel\": [3, 3],", "\"kernel\": [3],", "two sizes of the kernel")]
    [InlineData("\"kernel\": [3, 3],", "\"kernel\": [3, 2.5],", "list of integers")]
    [InlineData("\"name\": \"stem\"", "\"name\": \"grouped\"", "two layers are named grouped")]
    [InlineData("\"name\": \"stem\"", "\"name\": null", "name")]
    [InlineData("\"name\": \"stem\",", "", "name")]
    [InlineData("\"name\": \"stem\",", "\"name\": \"stem\", \"colour\": 1,", "colour")]
    [InlineData("\"name\": \"stem\",", "\"name\": \"stem\", \"name\": \"stem\",", "name")]
    [InlineData("\"kind\": \"gdws\"", "\"kind\": \"sparse\"", "kind")]
    [InlineData("\"kind\": \"gdws\"", "\"kind\": 1", "kind")]
    [InlineData("\"value\": 1", "\"value\": -1", "budget's value is -1")]
    [InlineData("\"weighted_error\": 0,", "\"weighted_error\": -1,", "weighted error")]
    [InlineData("gdws-plan 1", "gdws-plan 2", "\"gdws-plan 2\", expected \"gdws-plan 1\"")]
    [InlineData("\"format\"", "\"shape\"", "is no plan")]
    [InlineData("\"source_sha256\": \"", "\"source_sha256\": \"x", "source_sha256")]
    public void ADamagedPlan_IsRefusedWithWhatIsWrong(string text, string damaged, string message)
    {
        string json = Planner.WithKernelsPerChannel(Spectra.Of(_network), 1).ToJson();
        int place = json.IndexOf(text, StringComparison.Ordinal);
        Assert.True(place >= 0);

        InvalidFileException exception = Assert.Throws<InvalidFileException>(
            () => GdwsPlan.FromJson(string.Concat(json.AsSpan(0, place), damaged, json.AsSpan(place + text.Length)), "p.json"));

        Assert.StartsWith("p.json: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void ATruncatedPlan_IsRefusedAtEveryLength()
    {
        string json = Planner.WithKernelsPerChannel(Spectra.Of(_network), 1).ToJson().TrimEnd();

        for (int length = 0; length < json.Length; length += 7)
            Assert.Throws<InvalidFileException>(() => GdwsPlan.FromJson(json[..length]));
    }

    [Fact]
    public void AMissingPlan_IsRefused()
    {
        InvalidFileException missing = Assert.Throws<InvalidFileException>(() => GdwsPlan.Load(Path.Combine(_folder, "no.json")));
        InvalidFileException folder = Assert.Throws<InvalidFileException>(() => GdwsPlan.Load(_folder));

        Assert.Contains("doesn't exist", missing.Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", folder.Message, StringComparison.Ordinal);
    }
}
