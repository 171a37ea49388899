using System.Runtime.InteropServices;

namespace Gdws.Execution.Engine;

/// <summary>Zeroed memory outside the managed heap, aligned to cache lines, so that a vector never straddles two of them.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const int Alignment = 64;

    private void* _allocated;
    private void* _memory;

    /// <summary>Takes the memory.</summary>
    /// <param name="bytes">At least 0.</param>
    public NativeBuffer(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = Math.Max(bytes, Alignment);

        // What comes fresh from the system is zero already; asking for zeros doesn't write them once more.
        _allocated = NativeMemory.AllocZeroed((nuint)Bytes + Alignment);
        _memory = (void*)(((nuint)_allocated + Alignment - 1) & ~(nuint)(Alignment - 1));
        GC.AddMemoryPressure(Bytes);
    }

    /// <summary>Gives the memory back where nobody disposed it.</summary>
    ~NativeBuffer() => Release();

    /// <summary>Size.</summary>
    public long Bytes { get; }

    /// <summary>The first value.</summary>
    public float* Floats => (float*)_memory;

    /// <summary>The first value, as integers.</summary>
    public int* Integers => (int*)_memory;

    /// <summary>A buffer that holds the values.</summary>
    public static NativeBuffer Of(ReadOnlySpan<float> values)
    {
        NativeBuffer buffer = new((long)values.Length * sizeof(float));
        values.CopyTo(new Span<float>(buffer.Floats, values.Length));
        return buffer;
    }

    /// <summary>A buffer that holds the values.</summary>
    public static NativeBuffer Of(ReadOnlySpan<int> values)
    {
        NativeBuffer buffer = new((long)values.Length * sizeof(int));
        values.CopyTo(new Span<int>(buffer.Integers, values.Length));
        return buffer;
    }

    /// <summary>A buffer that holds the values.</summary>
    public static NativeBuffer Of(ReadOnlySpan<long> values)
    {
        NativeBuffer buffer = new((long)values.Length * sizeof(long));
        values.CopyTo(new Span<long>(buffer._memory, values.Length));
        return buffer;
    }

    /// <summary>Sets everything to zero.</summary>
    public void Clear() => NativeMemory.Clear(_memory, (nuint)Bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (_memory == null)
            return;
        NativeMemory.Free(_allocated);
        _allocated = _memory = null;
        GC.RemoveMemoryPressure(Bytes);
    }
}
