using System.Globalization;
using Gdws.Torch;
using TorchSharp;

namespace Gdws.Tests.Torch;

[Collection(SteadyThreads.Name)]
public sealed class KeptMemoryTests
{
    private const int Rounds = 50;
    private const int Blocks = 10;
    private const int Values = 4 << 20;

    [Fact]
    public void MemoryThatTensorsGiveBack_IsntFetchedPageByPageAgain()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && !KeptMemory.HasOwnSettings(), "the C library isn't glibc, or the user has made settings");
        TorchRuntime.Initialize();
        Work();

        long before = PageFaults();
        for (int round = 0; round < Rounds; round++)
            Work();
        long faults = PageFaults() - before;

        // Ten blocks of 16 MiB in pages of 4 KiB: 40,960 a round where they are fetched each time.
        Assert.True(faults < 1000 * Rounds, $"{faults} page faults in {Rounds} rounds");
    }

    private static void Work()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        for (int block = 0; block < Blocks; block++)
            _ = torch.ones(Values);
    }

    private static long PageFaults() =>
        long.Parse(File.ReadAllText("/proc/self/stat").Split(')')[^1].Split(' ')[8], CultureInfo.InvariantCulture);
}
