using Gdws.Execution.Engine;
using Gdws.Execution.Engine.Kernels;
using Gdws.Execution.Engine.Steps;

namespace Gdws.Tests.Execution.Engine;

/// <summary>Steps are packed on several threads.</summary>
public sealed class PackingTests
{
    [Fact]
    public void EveryStep_IsPackedOnce()
    {
        CountingStep[] steps = [.. Enumerable.Range(0, 100).Select(_ => new CountingStep())];

        Packing.Run(steps, Kernel.For(InstructionSet.Scalar));

        Assert.All(steps, step => Assert.Equal(1, step.Packed));
    }

    [Fact]
    public void WhatAStepThrows_ReachesTheCaller()
    {
        CountingStep[] steps = [.. Enumerable.Range(0, 40).Select(i => new CountingStep { Throws = i == 17 })];

        GdwsException exception = Assert.Throws<GdwsException>(() => Packing.Run(steps, Kernel.For(InstructionSet.Scalar)));
        Assert.Equal("no room", exception.Message);
    }

    private sealed class CountingStep : Step
    {
        private int _packed;

        public bool Throws { get; init; }

        public int Packed => _packed;

        public override IEnumerable<MapValue> Inputs => [];

        public override IEnumerable<MapValue> Outputs => [];

        public override void Pack(Kernel kernel)
        {
            Interlocked.Increment(ref _packed);
            if (Throws)
                throw new GdwsException("no room");
        }

        public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) => throw new NotSupportedException();
    }
}
