namespace Gdws.Tests.Cli;

/// <summary>A command never writes over what it reads, and never two results into one file.</summary>
public sealed class OverwritingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _network;

    public OverwritingTests() => _network = _folder.Save(ApproximateVerbTests.TwoLayers());

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("convert", "NET", "-o", "NET")]
    [InlineData("convert", "NET", "-o", "out.onnx", "--json", "NET")]
    [InlineData("approximate", "NET", "--beta", "1", "-o", "NET")]
    [InlineData("approximate", "NET", "--beta", "1", "-o", "./a/../NET")]
    [InlineData("approximate", "NET", "--beta", "1", "-o", "out.onnx", "--plan", "NET")]
    [InlineData("sensitivity", "NET", "--data", "samples", "-o", "NET")]
    [InlineData("inspect", "NET", "--json", "NET")]
    [InlineData("evaluate", "NET", "--data", "samples", "--json", "NET")]
    [InlineData("benchmark", "NET", "--json", "NET")]
    public void WhatIsRead_IsNotWrittenOver(params string[] args)
    {
        byte[] before = File.ReadAllBytes(_network);

        CliRun run = CliRun.Of([.. args.Select(Place)]);

        Assert.Equal(1, run.Code);
        Assert.Contains("would be overwritten, but it is what the command reads", run.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_network));
        Assert.Equal(["net.onnx"], _folder.Files);
    }

    [Fact]
    public void WhatIsReadThroughALink_IsNotWrittenOver()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making a link needs rights there");
        File.CreateSymbolicLink(_folder["link.onnx"], _network);

        CliRun run = CliRun.Of("approximate", _folder["link.onnx"], "--beta", "1", "-o", _network);

        Assert.Contains("would be overwritten", run.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--plan", "out.onnx")]
    [InlineData("--json", "out.onnx")]
    [InlineData("--plan", "a.json", "--json", "a.json")]
    public void TwoResults_DoNotGoToOneFile(params string[] outputs)
    {
        CliRun run = CliRun.Of(["approximate", _network, "--beta", "1", "-o", _folder["out.onnx"], .. outputs.Select(Place)]);

        Assert.Equal(1, run.Code);
        Assert.Contains("two results would be written to it", run.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(["net.onnx"], _folder.Files);
    }

    private string Place(string word) => word.Contains('.', StringComparison.Ordinal) || word == "NET"
        ? Path.Combine(_folder.Root, word.Replace("NET", "net.onnx", StringComparison.Ordinal))
        : word;
}
