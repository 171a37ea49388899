using BenchmarkDotNet.Attributes;
using Gdws.Execution.Engine;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Benchmarks.Kernels;

/// <summary>A benchmark of one of the engine's kernels: buffers of random values, and the instruction sets that this machine has.</summary>
public abstract unsafe class EngineKernel : IMeasuredWork
{
    /// <summary>Pixels of the engine's tiles, see <c>MatrixTiling</c>.</summary>
    private protected const int TilePixels = 108;

    private readonly List<NativeBuffer> _buffers = [];
    private readonly Random _random = new(0);

    /// <summary>What is measured.</summary>
    public abstract KernelCase Case { get; set; }

    /// <inheritdoc/>
    public abstract double Work { get; }

    /// <inheritdoc/>
    public virtual bool IsArithmetic => true;

    private protected Kernel Kernel { get; private set; } = Kernel.For(InstructionSet.Scalar);

    /// <summary>Makes what the kernel reads and writes.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        Kernel = Kernel.For(Enum.Parse<InstructionSet>(Case.Set));
        PrepareBuffers();
    }

    /// <summary>Frees the memory.</summary>
    [GlobalCleanup]
    public void Free() => _buffers.ForEach(buffer => buffer.Dispose());

    /// <summary>Takes the memory.</summary>
    private protected abstract void PrepareBuffers();

    /// <summary>The instruction sets with vectors, narrow to wide.</summary>
    private protected static IEnumerable<InstructionSet> Sets() =>
        Enum.GetValues<InstructionSet>().Where(set => set != InstructionSet.Scalar && set <= InstructionSets.Best);

    /// <summary>Every case on every instruction set.</summary>
    private protected static IEnumerable<KernelCase> OnEverySet(params (int Size, int Factors, string Text)[] cases) =>
        cases.SelectMany(_ => Sets(), (each, set) => new KernelCase(set.ToString(), each.Size, each.Factors, each.Text));

    /// <summary>Random values around 0, small enough that no sum leaves the normal range.</summary>
    private protected float* Random(long floats)
    {
        NativeBuffer buffer = Keep(new NativeBuffer(floats * sizeof(float)));
        for (long i = 0; i < floats; i++)
            buffer.Floats[i] = (_random.NextSingle() - 0.5f) / 8;
        return buffer.Floats;
    }

    private protected int* Integers(IEnumerable<int> values) => Keep(NativeBuffer.Of((int[])[.. values])).Integers;

    private protected long* Longs(IEnumerable<long> values) => (long*)Keep(NativeBuffer.Of((long[])[.. values])).Floats;

    private NativeBuffer Keep(NativeBuffer buffer)
    {
        _buffers.Add(buffer);
        return buffer;
    }
}
