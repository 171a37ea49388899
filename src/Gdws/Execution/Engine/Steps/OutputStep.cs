using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>Hands the logits over, in ONNX's order.</summary>
internal sealed class OutputStep(MapValue input) : Step
{
    public override IEnumerable<MapValue> Inputs => [input];

    public override IEnumerable<MapValue> Outputs => [];

    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) =>
        new OutputJob(input.Channels, layouts[input]);

    private sealed unsafe class OutputJob(int channels, MapLayout input) : Job
    {
        public override void Run(in JobContext context)
        {
            if (context.Worker != 0)
                return;
            float* to = context.Logits;
            for (int image = 0; image < input.Batch; image++)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    for (int row = 0; row < input.Height; row++)
                    {
                        float* from = context.Memory + input.At(image, row, 0) + input.Channel(channel);
                        for (int column = 0; column < input.Width; column++)
                            *to++ = from[(nint)column * Kernel.Block];
                    }
                }
            }
        }
    }
}
