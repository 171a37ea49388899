using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>
/// Moves values: slices, pads, chooses channels, joins maps. Output channel c, row y, column x is the source's
/// <c>Channels[c]</c>, <c>FirstRow + y·RowStep</c>, <c>FirstColumn + x·ColumnStep</c>; where the source has no such value, the fill.
/// </summary>
internal sealed class RearrangeStep(RearrangedPart[] parts, float fill, MapValue output) : Step
{
    public override IEnumerable<MapValue> Inputs => parts.Select(part => part.Source);

    public override IEnumerable<MapValue> Outputs => [output];

    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers) =>
        new RearrangeJob(kernel, parts, [.. parts.Select(part => layouts[part.Source])], fill, output.Channels, layouts[output]);

    private sealed unsafe class RearrangeJob(
        Kernel kernel, RearrangedPart[] parts, MapLayout[] sources, float fill, int channels, MapLayout output) : Job
    {
        public override void Run(in JobContext context)
        {
            Share rows = Share.Of(output.Batch * output.Height, context.Worker, context.Workers);
            for (int index = rows.Start; index < rows.End; index++)
            {
                int image = index / output.Height, row = index % output.Height, channel = 0;
                for (int p = 0; p < parts.Length; p++)
                {
                    Part(context.Memory, parts[p], sources[p], image, row, channel);
                    channel += parts[p].Channels.Length;
                }
            }
        }

        private void Part(float* memory, RearrangedPart part, MapLayout source, int image, int row, int firstChannel)
        {
            int sourceRow = part.FirstRow + (row * part.RowStep);
            bool isRow = sourceRow >= 0 && sourceRow < source.Height;
            for (int i = 0; i < part.Channels.Length;)
            {
                float* to = memory + output.At(image, row, 0) + output.Channel(firstChannel + i);
                int channel = isRow ? part.Channels[i] : -1;
                float* from = memory + source.At(image, isRow ? sourceRow : 0, part.FirstColumn) + (channel < 0 ? 0 : source.Channel(channel));
                if (channel >= 0 && IsWholeBlock(part, source, firstChannel, i))
                {
                    kernel.Copy(from, (nint)part.ColumnStep * Kernel.Block, to, output.Width);
                    i += Kernel.Block;
                    continue;
                }

                for (int column = 0; column < output.Width; column++)
                {
                    int sourceColumn = part.FirstColumn + (column * part.ColumnStep);
                    bool isThere = channel >= 0 && sourceColumn >= 0 && sourceColumn < source.Width;
                    to[(nint)column * Kernel.Block] = isThere ? from[(nint)column * part.ColumnStep * Kernel.Block] : fill;
                }

                i++;
            }
        }

        /// <summary>Whether sixteen channels can be copied at once: whole blocks here and there, and no column missing.</summary>
        private bool IsWholeBlock(RearrangedPart part, MapLayout source, int firstChannel, int i)
        {
            bool isAligned = (firstChannel + i) % Kernel.Block == 0 && part.Channels[i] % Kernel.Block == 0
                && (i + Kernel.Block <= part.Channels.Length || firstChannel + part.Channels.Length == channels);
            if (!isAligned || part.FirstColumn < 0 || part.FirstColumn + ((output.Width - 1) * part.ColumnStep) >= source.Width)
                return false;
            for (int lane = 1; lane < Math.Min(Kernel.Block, part.Channels.Length - i); lane++)
            {
                if (part.Channels[i + lane] != part.Channels[i] + lane)
                    return false;
            }

            return true;
        }
    }
}
