using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>Arithmetic between two maps of the same size, or between a map and one value a channel (<paramref name="b"/> has one pixel).</summary>
internal sealed class CombineStep(Arithmetic operation, MapValue a, MapValue b, MapValue output) : Step
{
    public override IEnumerable<MapValue> Inputs => [a, b];

    public override IEnumerable<MapValue> Outputs => [output];

    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) =>
        new CombineJob(kernel, operation, layouts[a], layouts[b], layouts[output]);

    private sealed unsafe class CombineJob(Kernel kernel, Arithmetic operation, MapLayout a, MapLayout b, MapLayout output) : Job
    {
        public override void Run(in JobContext context)
        {
            bool isOnePixel = b.Height == 1 && b.Width == 1;
            Share rows = Share.Of(output.Batch * output.Height, context.Worker, context.Workers);
            for (int index = rows.Start; index < rows.End; index++)
            {
                int image = index / output.Height, row = index % output.Height;
                for (int block = 0; block < output.Blocks; block++)
                {
                    kernel.Combine(
                        operation,
                        context.Memory + a.At(image, row, 0) + (block * a.PlanePitch),
                        context.Memory + b.At(image, isOnePixel ? 0 : row, 0) + (block * b.PlanePitch),
                        isOnePixel ? 0 : Kernel.Block,
                        context.Memory + output.At(image, row, 0) + (block * output.PlanePitch),
                        output.Width);
                }
            }
        }
    }
}
