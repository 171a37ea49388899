using Gdws.Torch;
using TorchSharp;

namespace Gdws.Tests.Torch;

[Collection(SteadyThreads.Name)]
public sealed class TorchThreadsTests : IDisposable
{
    private readonly int _before = TorchRuntime.Threads;

    [Fact]
    public void ThreadsCanBeSet()
    {
        TorchRuntime.Threads = 1;
        Assert.Equal(1, TorchRuntime.Threads);
        TorchRuntime.Threads = 3;
        Assert.Equal(3, TorchRuntime.Threads);
    }

    [Fact]
    public void AThreadThatHadAnotherNumber_IsGivenTheOneThatWasSetLast()
    {
        List<int> found = [];
        using ManualResetEventSlim met = new(), set = new();
        Thread other = new(() =>
        {
            // libtorch takes up its own default the first time that a thread asks.
            _ = TorchRuntime.Threads;
            torch.set_num_threads(5);
            met.Set();
            set.Wait();
            found.Add(TorchRuntime.Threads);
            TorchRuntime.SettleThreads();
            found.Add(TorchRuntime.Threads);
        });
        other.Start();
        met.Wait(TestContext.Current.CancellationToken);
        TorchRuntime.Threads = 3;
        TorchRuntime.Threads = 2;
        set.Set();
        other.Join();

        Assert.Equal([5, 2], found);
    }

    public void Dispose()
    {
        // libtorch's own default is that of the last call, whichever thread made it.
        torch.set_num_threads(_before);
        TorchRuntime.Threads = _before;
    }
}
