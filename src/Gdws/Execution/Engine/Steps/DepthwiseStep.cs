using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>A depthwise convolution by itself: one kernel a channel.</summary>
internal sealed class DepthwiseStep : FusedStep
{
    private readonly Window _window;
    private readonly double[] _scale;
    private readonly double[] _bias;
    private readonly float[] _weights;
    private NativeBuffer? _kernels;

    public DepthwiseStep(MapValue input, MapValue output, float[] weights, float[]? bias, Window window)
        : base(input, output)
    {
        _window = window;
        _weights = weights;
        _scale = [.. Enumerable.Repeat(1d, output.Channels)];
        _bias = bias is null ? new double[output.Channels] : [.. bias.Select(b => (double)b)];
        input.RequireBorder(window.Border);
    }

    public override long ConstantBytes => _kernels?.Bytes ?? 0;

    public override bool Fold(double[] scale, double[] shift)
    {
        for (int c = 0; c < _scale.Length; c++)
        {
            _scale[c] *= scale[c];
            _bias[c] = (_bias[c] * scale[c]) + shift[c];
        }

        return true;
    }

    /// <summary>The kernels, and the bias as the weight of one more tap.</summary>
    public override void Pack(Kernel kernel)
    {
        base.Pack(kernel);
        int taps = _window.Taps;
        float[] kernels = new float[Input.Blocks * (taps + 1) * Kernel.Block];
        for (int c = 0; c < _scale.Length; c++)
        {
            int block = c / Kernel.Block * (taps + 1), lane = c % Kernel.Block;
            for (int tap = 0; tap < taps; tap++)
                kernels[((block + tap) * Kernel.Block) + lane] = (float)(_weights[(c * taps) + tap] * _scale[c]);
            kernels[((block + taps) * Kernel.Block) + lane] = (float)_bias[c];
        }

        _kernels = NativeBuffer.Of(kernels);
    }

    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) =>
        new DepthwiseJob(kernel, _window, _kernels!, layouts[Input], CreateEpilogue(layouts));

    private sealed unsafe class DepthwiseJob(Kernel kernel, Window window, NativeBuffer kernels, MapLayout input, EpilogueCode epilogue) : Job
    {
        private readonly NativeBuffer _taps = NativeBuffer.Of(window.TapOffsets(input));
        private readonly MapLayout _shape = epilogue.Shape;

        public override long ScratchBytes => RowBytes + EpilogueCode.PlacesBytes(_shape.Width) + ((long)_shape.Width * sizeof(int));

        private long RowBytes => (long)_shape.Width * Kernel.Block * sizeof(float);

        public override void Run(in JobContext context)
        {
            float* results = (float*)context.Scratch;
            int* places = (int*)(context.Scratch + RowBytes);
            int width = _shape.Width;
            int* at = places + (3 * width);
            for (int column = 0; column < width; column++)
                at[column] = column * window.Stride.Width * Kernel.Block;
            Share rows = Share.Of(_shape.Batch * _shape.Height, context.Worker, context.Workers);
            for (int row = rows.Start; row < rows.End; row++)
            {
                PixelRun run = new(row / _shape.Height, row % _shape.Height, 0, width);
                epilogue.Locate(row * width, (row + 1) * width, places, width);
                float* from = context.Memory + window.FirstTap(input, run);
                for (int block = 0; block < input.Blocks; block++)
                {
                    float* weights = kernels.Floats + ((nint)block * (window.Taps + 1) * Kernel.Block);
                    kernel.Depthwise(from + (block * input.PlanePitch), at, _taps.Integers, window.Taps, weights, results, width);
                    kernel.Combine(Arithmetic.Add, results, weights + ((nint)window.Taps * Kernel.Block), 0, results, width);
                    for (int lane = 0; lane < Kernel.Block; lane += kernel.Lanes)
                    {
                        FinishRun end = epilogue.Begin(context.Memory, (block * Kernel.Block) + lane, kernel.Lanes);
                        EpilogueCode.MoveTo(ref end, places, width);
                        kernel.Finish(results + lane, Kernel.Block, width, end);
                    }
                }
            }
        }
    }
}
