using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>Brings the images into the maps' order, and normalises them on the way.</summary>
internal sealed class InputStep(MapValue output) : Step
{
    public MapValue Output { get; set; } = output;

    private double[] Scale { get; set; } = [.. Enumerable.Repeat(1d, output.Channels)];

    private double[] Shift { get; set; } = new double[output.Channels];

    public override IEnumerable<MapValue> Inputs => [];

    public override IEnumerable<MapValue> Outputs => [Output];

    /// <summary>Takes y·scale + shift, one of each a channel, in.</summary>
    public void Fold(double[] scale, double[] shift)
    {
        Shift = [.. Shift.Select((s, c) => (s * scale[c]) + shift[c])];
        Scale = [.. Scale.Select((s, c) => s * scale[c])];
    }

    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) =>
        new InputJob([.. Scale.Select(s => (float)s)], [.. Shift.Select(s => (float)s)], layouts[Output]);

    private sealed unsafe class InputJob(float[] scale, float[] shift, MapLayout output) : Job
    {
        public override void Run(in JobContext context)
        {
            Share rows = Share.Of(output.Batch * output.Height, context.Worker, context.Workers);
            for (int index = rows.Start; index < rows.End; index++)
            {
                int image = index / output.Height, row = index % output.Height;
                for (int channel = 0; channel < scale.Length; channel++)
                {
                    float* from = context.Images + ((((((nint)image * scale.Length) + channel) * output.Height) + row) * output.Width);
                    float* to = context.Memory + output.At(image, row, 0) + output.Channel(channel);
                    float factor = scale[channel], summand = shift[channel];
                    for (int column = 0; column < output.Width; column++, to += Kernel.Block)
                        *to = (from[column] * factor) + summand;
                }
            }
        }
    }
}
