using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests.Planning;

public sealed class LatencyModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OnnxModel _network = ConvolutionNetworks.Residual();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AModelWrittenAndRead_IsTheSame()
    {
        LatencyModel model = SyntheticLatency.Of(_network) with { Checks = [new LatencyCheck(null, 1, 2, 1.5, 2.5), new LatencyCheck(1.5, 1, 2, 1.5, 2.5)] };
        string path = _folder["latency.json"];

        model.Save(path);

        Assert.Equal(model.ToJson(), LatencyModel.Load(path).ToJson());
        Assert.Equal(File.ReadAllText(path), model.ToJson());
    }

    [Fact]
    public void APrediction_IsTheNetworksTimeAndTheDifferencesOfItsLayers()
    {
        LatencyModel model = SyntheticLatency.Of(_network) with { Scale = 0.8 };
        ConvolutionLayer layer = _network.Convolutions.Single(l => l.Name == "block.conv2");

        double difference = SyntheticLatency.Gdws(layer, 16, 1.5, 8) - (1e-5 * layer.Macs);

        Assert.Equal(model.Milliseconds, model.Predict(new Dictionary<string, int>()), 1e-12);
        Assert.Equal(model.Milliseconds + (0.8 * difference), model.Predict(new Dictionary<string, int> { ["block.conv2"] = 16 }), 1e-12);
    }

    [Fact]
    public void OnlyTheNetworkThatWasMeasured_IsItsOwn()
    {
        LatencyModel model = SyntheticLatency.Of(_network);
        OnnxModel changed = Planner.WithKernelsPerChannel(Spectra.Of(_network), 1).ApplyTo(_network);

        Assert.True(model.IsMadeFor(_network));
        Assert.False(model.IsMadeFor(changed));
    }

    [Fact]
    public void ALayerThatIsMissing_IsNamed()
    {
        LatencyModel model = SyntheticLatency.Of(_network);

        GdwsException exception = Assert.Throws<GdwsException>(() => (model with { Layers = model.Layers.RemoveAt(2) }).RequireFor(_network));

        Assert.Equal("folder/test.onnx: layer block.conv2 isn't among the layers that were measured, which are those of test.onnx", exception.Message);
    }

    [Fact]
    public void ALayerOfAnotherShape_IsNamedWithBothShapes()
    {
        LatencyModel model = SyntheticLatency.Of(_network);
        model = model with { Layers = model.Layers.SetItem(2, model.Layers[2] with { Outputs = 13 }) };

        GdwsException exception = Assert.Throws<GdwsException>(() => model.RequireFor(_network));

        Assert.Contains("layer block.conv2: measured was [13, 12, 3, 3] to 8×8 pixels", exception.Message, StringComparison.Ordinal);
        Assert.Contains("found [12, 12, 3, 3] to 8×8 pixels", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"gdws-latency 1\"", "\"gdws-latency 2\"", "has the format \"gdws-latency 2\", expected \"gdws-latency 1\"")]
    [InlineData("\"format\": \"gdws-latency 1\",", "", "is no latency model")]
    [InlineData("\"batch\": 1", "\"batch\": 0", "batch and threads must be at least 1")]
    [InlineData("\"block\": 8", "\"block\": 0", "the block is 0")]
    [InlineData("\"scale\": 1", "\"scale\": -1", "the scale is -1")]
    [InlineData("\"scale\": 1", "\"scale\": NaN", "is no valid latency model")]
    [InlineData("\"scale\": 1", "\"scale\": 1e999", "is no valid latency model")]
    [InlineData("\"kernels\": 16", "\"kernels\": 8", "points must ascend")]
    [InlineData("\"kernels\": 8,", "\"kernels\": 8000,", "found a time for 8,000")]
    [InlineData("\"milliseconds\": 0.5", "\"milliseconds\": -0.5", "expected a number of at least 0")]
    [InlineData("\"dense_milliseconds\": 0.5", "\"dense_milliseconds\": -0.5", "layer stem: dense it takes -0.5")]
    [InlineData("\"name\": \"stem\"", "\"name\": \"block.conv1\"", "two layers are named block.conv1")]
    [InlineData("\"output_size\": [16, 16]", "\"output_size\": [16]", "the two sizes of the output")]
    [InlineData("\"engine\": \"onnxruntime\"", "\"engine\": null", "is no valid latency model")]
    public void AFileThatIsNoModel_IsRefusedWithWhatIsWrong(string part, string instead, string message)
    {
        string json = SyntheticLatency.Of(_network).ToJson();
        Assert.Contains(part, json, StringComparison.Ordinal);
        int place = json.IndexOf(part, StringComparison.Ordinal);

        InvalidFileException exception = Assert.Throws<InvalidFileException>(
            () => LatencyModel.FromJson(json[..place] + instead + json[(place + part.Length)..], "latency.json"));

        Assert.StartsWith("latency.json", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void ATruncatedFile_IsRefusedWhereverItEnds()
    {
        string json = SyntheticLatency.Of(_network).ToJson().TrimEnd();
        for (int length = 0; length < json.Length; length += 97)
            Assert.Throws<InvalidFileException>(() => LatencyModel.FromJson(json[..length]));
    }

    [Fact]
    public void AFileThatIsNotThere_IsSaidToBe() =>
        Assert.Contains("doesn't exist", Assert.Throws<InvalidFileException>(() => LatencyModel.Load("no/such.json")).Message, StringComparison.Ordinal);
}
