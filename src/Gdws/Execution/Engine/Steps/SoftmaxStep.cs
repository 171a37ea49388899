using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>Softmax over the channels of each pixel, or its logarithm.</summary>
internal sealed class SoftmaxStep(MapValue input, MapValue output, bool isLogarithm) : UnaryStep(input, output)
{
    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) =>
        new SoftmaxJob(isLogarithm, Input.Channels, layouts[Input], layouts[Output]);

    private sealed unsafe class SoftmaxJob(bool isLogarithm, int channels, MapLayout input, MapLayout output) : Job
    {
        public override void Run(in JobContext context)
        {
            Share pixels = Share.Of(output.Pixels, context.Worker, context.Workers);
            for (int pixel = pixels.Start; pixel < pixels.End; pixel++)
            {
                PixelRun at = PixelRun.First(output, pixel, pixel + 1);
                Pixel(context.Memory + input.At(at.Image, at.Row, at.Column), context.Memory + output.At(at.Image, at.Row, at.Column));
            }
        }

        private void Pixel(float* from, float* to)
        {
            float largest = float.NegativeInfinity;
            for (int c = 0; c < channels; c++)
                largest = Math.Max(largest, from[input.Channel(c)]);
            double sum = 0;
            for (int c = 0; c < channels; c++)
                sum += Math.Exp(from[input.Channel(c)] - (double)largest);
            double logarithm = Math.Log(sum);
            for (int c = 0; c < channels; c++)
            {
                double value = from[input.Channel(c)] - (double)largest - logarithm;
                to[output.Channel(c)] = (float)(isLogarithm ? value : Math.Exp(value));
            }
        }
    }
}
