using Gdws.Onnx;

namespace Gdws.Torch.Sensitivity;

/// <summary>How much is done at a time, so that it stays within a memory budget: images, and functions (competing classes) of each.</summary>
/// <param name="Images">Images at a time, at least 1.</param>
/// <param name="Functions">Functions at a time, at least 1.</param>
internal sealed record WorkPlan(int Images, int Functions)
{
    // More make one step longer without making the whole faster.
    private const int MostImages = 16;
    private const int MostFunctions = 32;

    /// <summary>Plans from a run of one image.</summary>
    /// <param name="probe">The run.</param>
    /// <param name="competing">The functions of an image.</param>
    /// <param name="budget">The memory in bytes; one image and one function are done in any case.</param>
    public static WorkPlan Within(ConvolutionGraph probe, int competing, long budget)
    {
        int functions = Math.Min(competing, MostFunctions);
        while (functions > 1 && BytesPerImage(probe, functions) > budget)
            functions = (functions + 1) / 2;
        return new WorkPlan((int)Math.Clamp(budget / BytesPerImage(probe, functions), 1, MostImages), functions);
    }

    /// <summary>What an image takes: the values of the run and about as much while going back through it, the gradients, one layer's work.</summary>
    private static long BytesPerImage(ConvolutionGraph probe, int functions)
    {
        long elementSize = probe.Logits.element_size();
        long gradients = 0;
        long work = 0;
        foreach (ConvolutionLayer layer in probe.Layers.Select(layer => layer.Layer))
        {
            long positions = probe.OutputShape(layer)[2] * probe.OutputShape(layer)[3];
            long all = functions * layer.Outputs * positions;
            gradients += all;
            work = Math.Max(work, all + WeightGradients.WorkPerImage(layer, functions, positions));
        }

        return Math.Max(1, (2 * probe.ValueBytes) + (elementSize * (gradients + work)));
    }
}
