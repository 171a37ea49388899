using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>Makes a list of features of a map, channel by channel, row by row, as ONNX has them.</summary>
internal sealed class FlattenStep(MapValue input, MapValue output) : UnaryStep(input, output)
{
    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) =>
        new FlattenJob(Input.Channels, layouts[Input], layouts[Output]);

    private sealed unsafe class FlattenJob(int channels, MapLayout input, MapLayout output) : Job
    {
        public override void Run(in JobContext context)
        {
            // A worker's features are whole blocks of the output, so that no two workers write to one cache line.
            int features = channels * input.Height * input.Width;
            Share share = Share.Of(features, context.Worker, context.Workers, Kernel.Block);
            for (int image = 0; image < input.Batch; image++)
            {
                float* to = context.Memory + output.At(image, 0, 0);
                for (int feature = share.Start; feature < share.End; feature++)
                {
                    int row = feature / input.Width;
                    int channel = row / input.Height;
                    long from = input.At(image, row - (channel * input.Height), feature - (row * input.Width)) + input.Channel(channel);
                    to[output.Channel(feature)] = context.Memory[from];
                }
            }
        }
    }
}
