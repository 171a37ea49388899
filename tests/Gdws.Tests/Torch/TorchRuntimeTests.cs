using Gdws.Torch;

namespace Gdws.Tests.Torch;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void LibtorchLoads()
    {
        TorchRuntime.Initialize();

        Assert.Equal("cpu", TorchRuntime.Device("cpu").ToString());
    }

    [Fact]
    public void AnUnknownDevice_IsRefused() =>
        Assert.Equal("unknown device tpu: expected cpu, cuda or cuda:N", Assert.Throws<GdwsException>(() => TorchRuntime.Device("tpu")).Message);

    [Fact]
    public void WithoutAGpu_TheMessageSaysHowToGetOne()
    {
        Assert.SkipWhen(TorchRuntime.IsCudaAvailable, "there is a GPU");

        Assert.Contains(TorchRuntime.FolderVariable, Assert.Throws<GdwsException>(() => TorchRuntime.Device("cuda")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherFolderOnceLoaded_IsRefused()
    {
        TorchRuntime.Initialize();

        Assert.Contains("already loaded", Assert.Throws<GdwsException>(() => TorchRuntime.Initialize("elsewhere")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheLoadersMessage_IsReducedToItsCause()
    {
        const string message = "Unable to load shared library 'LibTorchSharp' or one of its dependencies.\n" +
            "/app/LibTorchSharp.so: cannot open shared object file: No such file or directory\n" +
            "/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)\n" +
            "libLibTorchSharp: cannot open shared object file: No such file or directory";

        Assert.Equal("/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)", TorchRuntime.Cause(message));
    }

    [Fact]
    public void WhenLibtorchIsMissing_TheMessageSaysWhereToGetIt() =>
        Assert.Contains(TorchRuntime.FolderVariable, TorchRuntime.Cause("Unable to load.\nx.so: No such file or directory"), StringComparison.Ordinal);
}
