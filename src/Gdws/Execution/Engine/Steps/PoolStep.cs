using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>The largest value or the mean of each window; a window may be the whole map.</summary>
internal sealed class PoolStep(MapValue input, MapValue output, bool isMax, bool countsPadding, Window window) : UnaryStep(input, output)
{
    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) =>
        new PoolJob(kernel, isMax, countsPadding, window, layouts[Input], layouts[Output]);

    private sealed unsafe class PoolJob(
        Kernel kernel, bool isMax, bool countsPadding, Window window, MapLayout input, MapLayout output) : Job
    {
        public override void Run(in JobContext context)
        {
            // By blocks too: a global pooling has one row.
            Share parts = Share.Of(output.Blocks * output.Batch * output.Height, context.Worker, context.Workers);
            for (int part = parts.Start; part < parts.End; part++)
            {
                int block = part / (output.Batch * output.Height);
                int row = part % (output.Batch * output.Height);
                for (int column = 0; column < output.Width; column++)
                    Pixel(context.Memory, block, row / output.Height, row % output.Height, column);
            }
        }

        private void Pixel(float* memory, int block, int image, int row, int column)
        {
            Reach rows = Reach.Of((row * window.Stride.Height) - window.Padding.Top, window.KernelHeight, window.Dilation.Height, input.Height);
            Reach columns = Reach.Of((column * window.Stride.Width) - window.Padding.Left, window.KernelWidth, window.Dilation.Width, input.Width);

            // The padding counts, but not what a window that was rounded up has beyond it.
            int values = countsPadding
                ? rows.Within(-window.Padding.Top, input.Height + window.Padding.Bottom, window.Dilation.Height)
                    * columns.Within(-window.Padding.Left, input.Width + window.Padding.Right, window.Dilation.Width)
                : rows.Count * columns.Count;
            kernel.Pool(
                isMax,
                memory + input.At(image, rows.First, columns.First) + (block * input.PlanePitch),
                rows.Count,
                columns.Count,
                (nint)(input.RowPitch * window.Dilation.Height),
                (nint)window.Dilation.Width * Kernel.Block,
                1f / Math.Max(1, values),
                memory + output.At(image, row, column) + (block * output.PlanePitch));
        }
    }

    /// <summary>The part of a window, in one direction, that lies on the map.</summary>
    private readonly record struct Reach(int Start, int Taps, int First, int Count)
    {
        public static Reach Of(int start, int taps, int dilation, int size)
        {
            int skipped = start < 0 ? (-start + dilation - 1) / dilation : 0;
            int end = start >= size ? 0 : Math.Min(taps, ((size - 1 - start) / dilation) + 1);
            return skipped < end ? new Reach(start, taps, start + (skipped * dilation), end - skipped) : new Reach(start, taps, 0, 0);
        }

        /// <summary>The taps between two limits.</summary>
        public int Within(int low, int high, int dilation)
        {
            int count = 0;
            for (int tap = 0; tap < Taps; tap++)
            {
                int position = Start + (tap * dilation);
                count += position >= low && position < high ? 1 : 0;
            }

            return count;
        }
    }
}
