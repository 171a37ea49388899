using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>Arithmetic that found no neighbour to be fused into: it reads a map and takes it through an epilogue.</summary>
internal sealed class PointStep(MapValue input, MapValue output) : FusedStep(input, output)
{
    public override bool Fold(double[] scale, double[] shift) => false;

    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) =>
        new PointJob(kernel, layouts[Input], CreateEpilogue(layouts));

    private sealed unsafe class PointJob(Kernel kernel, MapLayout input, EpilogueCode epilogue) : Job
    {
        public override long ScratchBytes => EpilogueCode.PlacesBytes(input.Width);

        public override void Run(in JobContext context)
        {
            int* places = (int*)context.Scratch;
            Share rows = Share.Of(input.Batch * input.Height, context.Worker, context.Workers);
            for (int row = rows.Start; row < rows.End; row++)
            {
                epilogue.Locate(row * input.Width, (row + 1) * input.Width, places, input.Width);
                long start = input.At(row / input.Height, row % input.Height, 0);
                for (int channel = 0; channel < input.Blocks * Kernel.Block; channel += kernel.Lanes)
                {
                    float* from = context.Memory + start + input.Channel(channel);
                    FinishRun end = epilogue.Begin(context.Memory, channel, kernel.Lanes);
                    EpilogueCode.MoveTo(ref end, places, input.Width);
                    kernel.Finish(from, Kernel.Block, input.Width, end);
                }
            }
        }
    }
}
