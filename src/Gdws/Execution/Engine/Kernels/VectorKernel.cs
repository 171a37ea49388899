using System.Runtime.CompilerServices;

namespace Gdws.Execution.Engine.Kernels;

/// <summary>The kernels, written once for vectors of any width.</summary>
internal sealed unsafe partial class VectorKernel<TVector, TSimd> : Kernel
    where TVector : unmanaged
    where TSimd : struct, ISimd<TVector>
{
    private const int MostPixels = 12;

    /// <summary>Sixteen registers hold the sums of six pixels; the widest vectors come with thirty-two.</summary>
    public override int LongestStrip => TSimd.Lanes == Block ? MostPixels : 6;

    public override int Lanes => TSimd.Lanes;

    public override bool SelectsLanes => TSimd.SelectsLanes;

    public override int StripLength(int left)
    {
        int longest = LongestStrip;

        // Two halves rather than a long strip and a short one, whose few sums would wait for each other.
        return left >= 2 * longest ? longest : left > longest ? (left + 1) / 2 : left;
    }

    public override void Select(float* input, long* blocks, int* lanes, int count, float* output, int pixels) =>
        TSimd.Select(input, blocks, lanes, count, output, pixels);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Copy(float* input, nint step, float* output, int count)
    {
        for (int pixel = 0; pixel < count; pixel++, input += step, output += Block)
        {
            for (int lane = 0; lane < Block; lane += TSimd.Lanes)
                TSimd.Store(TSimd.Load(input + lane), output + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Gather(float* input, int* at, float* output, int count)
    {
        for (int pixel = 0; pixel < count; pixel++, output += Block)
        {
            float* from = input + at[pixel];
            for (int lane = 0; lane < Block; lane += TSimd.Lanes)
                TSimd.Store(TSimd.Load(from + lane), output + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Finish(float* from, nint fromPitch, int pixels, in FinishRun end)
    {
        for (int pixel = 0; pixel < pixels; pixel++, from += fromPitch)
            Finish<Size1>(end, pixel, TSimd.Load(from), default);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Pool(bool isMax, float* input, int rows, int columns, nint rowPitch, nint columnPitch, float scale, float* output)
    {
        for (int lane = 0; lane < Block; lane += TSimd.Lanes)
        {
            TVector result = isMax ? TSimd.Broadcast(float.NegativeInfinity) : TSimd.Broadcast(0);
            for (int row = 0; row < rows; row++)
            {
                float* pixel = input + (row * rowPitch) + lane;
                for (int column = 0; column < columns; column++, pixel += columnPitch)
                    result = isMax ? TSimd.Max(result, TSimd.Load(pixel)) : TSimd.Add(result, TSimd.Load(pixel));
            }

            TSimd.Store(isMax ? result : TSimd.Multiply(result, TSimd.Broadcast(scale)), output + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Combine(Arithmetic operation, float* a, float* b, nint bStep, float* output, int count)
    {
        for (int pixel = 0; pixel < count; pixel++)
        {
            for (int lane = 0; lane < Block; lane += TSimd.Lanes)
            {
                TVector x = TSimd.Load(a + ((nint)pixel * Block) + lane);
                TVector y = TSimd.Load(b + (pixel * bStep) + lane);
                TVector result = operation switch
                {
                    Arithmetic.Add => TSimd.Add(x, y),
                    Arithmetic.Subtract => TSimd.Subtract(x, y),
                    Arithmetic.Multiply => TSimd.Multiply(x, y),
                    _ => TSimd.Divide(x, y),
                };
                TSimd.Store(result, output + ((nint)pixel * Block) + lane);
            }
        }
    }
}
