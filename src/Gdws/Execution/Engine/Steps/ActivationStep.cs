using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>A function of single values that is no clamp.</summary>
internal sealed class ActivationStep(MapValue input, MapValue output, Activation function) : UnaryStep(input, output)
{
    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) =>
        new ActivationJob(function, layouts[Input], layouts[Output]);

    private sealed unsafe class ActivationJob(Activation function, MapLayout input, MapLayout output) : Job
    {
        public override void Run(in JobContext context)
        {
            Share rows = Share.Of(output.Batch * output.Height, context.Worker, context.Workers);
            int length = output.Width * Kernel.Block;
            for (int index = rows.Start; index < rows.End; index++)
            {
                int image = index / output.Height, row = index % output.Height;
                for (int block = 0; block < output.Blocks; block++)
                {
                    ReadOnlySpan<float> from = new(context.Memory + input.At(image, row, 0) + (block * input.PlanePitch), length);
                    Span<float> to = new(context.Memory + output.At(image, row, 0) + (block * output.PlanePitch), length);
                    function.Apply(from, to);
                }
            }
        }
    }
}
