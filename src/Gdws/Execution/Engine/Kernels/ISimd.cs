namespace Gdws.Execution.Engine.Kernels;

/// <summary>
/// The few operations that kernels are written in, for one width of vector. A kernel is generic over this: it is compiled once a width,
/// and its <typeparamref name="TVector"/> variables live in registers as if they had been written for that width by hand.
/// </summary>
/// <typeparam name="TVector">The vector, e.g. <c>Vector512&lt;float&gt;</c>; a lane is one of its values.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Values in a vector; divides <see cref="Kernel.Block"/>.</summary>
    static abstract int Lanes { get; }

    static abstract TVector Load(float* from);

    static abstract void Store(TVector vector, float* to);

    /// <summary>Asks the memory for a cache line that will be read soon; any address will do, nothing is read.</summary>
    static abstract void Prefetch(float* address);

    /// <summary>The value in every lane.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>a·b + c, rounded once where the machine can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>The larger one; <paramref name="b"/> where either isn't a number.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>The smaller one; <paramref name="b"/> where either isn't a number.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>Whether <see cref="Select"/> costs little more than a copy.</summary>
    static abstract bool SelectsLanes { get; }

    /// <summary>See <see cref="Kernel.Select"/>.</summary>
    static abstract void Select(float* input, long* blocks, int* lanes, int count, float* output, int pixels);
}
