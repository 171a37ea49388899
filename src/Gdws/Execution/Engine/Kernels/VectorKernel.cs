using System.Runtime.CompilerServices;

namespace Gdws.Execution.Engine.Kernels;

/// <summary>The kernels, written once for vectors of any width.</summary>
internal sealed unsafe partial class VectorKernel<TVector, TSimd> : Kernel
    where TVector : unmanaged
    where TSimd : struct, ISimd<TVector>
{
    /// <summary>Sixteen registers hold the sums of six pixels; the widest vectors come with thirty-two.</summary>
    public override int LongestStrip => TSimd.Lanes == Block ? 14 : 6;

    public override int Lanes => TSimd.Lanes;

    public override bool SelectsLanes => TSimd.SelectsLanes;

    public override int StripLength(int left)
    {
        int longest = LongestStrip;
        if (left >= 2 * longest)
            return longest;

        // Two halves rather than a long strip and a short one, whose few sums would wait for each other.
        int pixels = left > longest ? (left + 1) / 2 : left;
        return (pixels + 1) & ~1;
    }

    public override void MultiplyStrip(
        int rows, int vectors, float* pixels, int* offsets, int count, float* weights, float* initial, nint initialPitch, float* results)
    {
        switch (rows, vectors)
        {
            case (14, 2): Strip14(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (12, 2): Strip12(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (10, 2): Strip10(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (8, 2): Strip8(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (6, 2): Strip6(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (4, 2): Strip4(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (2, 2): Strip2(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (14, 1): Narrow14(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (12, 1): Narrow12(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (10, 1): Narrow10(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (8, 1): Narrow8(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (6, 1): Narrow6(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (4, 1): Narrow4(pixels, offsets, count, weights, initial, initialPitch, results); break;
            case (2, 1): Narrow2(pixels, offsets, count, weights, initial, initialPitch, results); break;
            default: throw new ArgumentOutOfRangeException(nameof(rows), rows, null);
        }
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
    public override void Finish(in FinishRun run)
    {
        TVector beforeLow = TSimd.Broadcast(run.BeforeLow), beforeHigh = TSimd.Broadcast(run.BeforeHigh);
        TVector afterLow = TSimd.Broadcast(run.AfterLow), afterHigh = TSimd.Broadcast(run.AfterHigh);
        TVector secondLow = TSimd.Broadcast(run.SecondLow), secondHigh = TSimd.Broadcast(run.SecondHigh);
        for (int vector = 0; vector < run.Vectors; vector++)
        {
            float* from = run.From + (vector * TSimd.Lanes);
            float* residual = run.Residual == null ? null : run.Residual + (vector * run.ResidualStep);
            float* main = run.Main == null ? null : run.Main + (vector * run.MainStep);
            float* second = run.Second == null ? null : run.Second + (vector * run.SecondStep);
            TVector scale = default, shift = default;
            if (second != null)
            {
                scale = TSimd.Load(run.Scale + (vector * TSimd.Lanes));
                shift = TSimd.Load(run.Shift + (vector * TSimd.Lanes));
            }

            for (int pixel = 0; pixel < run.Pixels; pixel++, from += run.FromPitch)
            {
                // The limit comes first, so that a value that is no number stays one.
                TVector y = TSimd.Min(beforeHigh, TSimd.Max(beforeLow, TSimd.Load(from)));
                if (residual != null)
                    y = TSimd.Add(y, TSimd.Load(residual + run.ResidualAt[pixel]));
                y = TSimd.Min(afterHigh, TSimd.Max(afterLow, y));
                if (main != null)
                    TSimd.Store(y, main + run.MainAt[pixel]);
                if (second != null)
                    TSimd.Store(TSimd.Min(secondHigh, TSimd.Max(secondLow, TSimd.MultiplyAdd(y, scale, shift))), second + run.SecondAt[pixel]);
            }
        }
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
