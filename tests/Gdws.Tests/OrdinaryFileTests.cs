using System.Diagnostics;
using Gdws.Checkpoints;
using Gdws.Cli;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests;

public sealed class OrdinaryFileTests
{
    public static TheoryData<string, Action<string>> Readers => new()
    {
        { "ONNX", path => OnnxModel.Load(path) },
        { "network or checkpoint", path => NetworkFile.Load(path) },
        { "checkpoint", path => Checkpoint.Load(path) },
        { "plan", path => GdwsPlan.Load(path) },
        { "data", path => DataFile.Open(path).Dispose() },
    };

    [Theory]
    [MemberData(nameof(Readers), DisableDiscoveryEnumeration = true)]
    public async Task APipeThatNobodyWritesTo_IsRefusedAtOnce(string kind, Action<string> read)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "pipes with a name are made by mkfifo");
        using TemporaryFolder folder = new();
        string pipe = folder["pipe"];
        using (Process make = Process.Start("mkfifo", pipe))
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);

        Task<InvalidFileException> reading = Task.Run(() => Assert.Throws<InvalidFileException>(() => read(pipe)), TestContext.Current.CancellationToken);

        Assert.True(await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)) == reading, $"{kind}: still waiting");
        Assert.Contains("is empty (or a pipe", (await reading).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Readers), DisableDiscoveryEnumeration = true)]
    public void ADeviceWithoutEnd_IsRefusedAtOnce(string kind, Action<string> read)
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), $"no device without end here to read as {kind}");
        Assert.Contains("is empty (or a pipe", Assert.Throws<InvalidFileException>(() => read("/dev/zero")).Message, StringComparison.Ordinal);
    }
}
