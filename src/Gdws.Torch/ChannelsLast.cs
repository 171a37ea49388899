using Gdws.Onnx;

namespace Gdws.Torch;

/// <summary>
/// Lays the weights of convolutions out with the channels of a position side by side. libtorch then keeps all maps of the network in that order, and its
/// convolutions on the CPU read and write them as they lie instead of rearranging them each time, which the way back gains the most from.
/// </summary>
internal static class ChannelsLast
{
    /// <summary>Exchanges the weights of all convolutions where that pays.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="constants">The constant in every slot; new ones are added.</param>
    /// <param name="keep">Makes a tensor live as long as the network.</param>
    public static void Apply(List<TorchProgram.Step> steps, List<Tensor?> constants, Func<Tensor, Tensor> keep)
    {
        int[] convolutions = [.. Enumerable.Range(0, steps.Count).Where(i => steps[i].Node.Node.Is("Conv") && constants[steps[i].Inputs[1]] is not null)];
        if (IsFullOfChannelMaps(steps, [.. convolutions.Select(i => steps[i])]))
            return;

        foreach (int i in convolutions)
        {
            constants.Add(keep(Rearranged(constants[steps[i].Inputs[1]]!)));
            steps[i] = steps[i] with { Inputs = [steps[i].Inputs[0], constants.Count - 1, .. steps[i].Inputs[2..]] };
        }
    }

    /// <summary>
    /// The channel map of a GDWS convolution takes whole channels, which it can copy one by one only where each lies by itself: such networks stay as they
    /// are when there is a map to every second convolution that mixes channels, or more.
    /// </summary>
    private static bool IsFullOfChannelMaps(List<TorchProgram.Step> steps, TorchProgram.Step[] convolutions)
    {
        int maps = steps.Count(step => step.Node.Node.Is("Gather"));
        return maps > 0 && 2 * maps >= convolutions.Count(step => step.Node.Node.Integer("group", 1) == 1);
    }

    /// <summary>The same <c>[M, C, K, K]</c> in the memory of <c>[M, K, K, C]</c>.</summary>
    private static Tensor Rearranged(Tensor weight)
    {
        using Tensor moved = weight.permute(0, 2, 3, 1);
        using Tensor laid = moved.contiguous();
        return laid.permute(0, 3, 1, 2);
    }
}
