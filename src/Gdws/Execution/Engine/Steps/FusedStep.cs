using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>A step that takes neighbours in: an affine map of its channels, a ReLU, an addition, a second result.</summary>
internal abstract class FusedStep(MapValue input, MapValue output) : Step
{
    public MapValue Input { get; } = input;

    public Epilogue Epilogue { get; } = new() { Main = output };

    public override IEnumerable<MapValue> Inputs => [Input, .. Epilogue.Inputs];

    public override IEnumerable<MapValue> Outputs => Epilogue.Outputs;

    /// <summary>The packed factors and summands of the second result.</summary>
    protected NativeBuffer? SecondScale { get; private set; }

    protected NativeBuffer? SecondShift { get; private set; }

    /// <summary>
    /// Takes y·scale + shift, one of each a channel, into what the step computes, in exact arithmetic the same; false where it can't.
    /// </summary>
    public abstract bool Fold(double[] scale, double[] shift);

    public override void Pack(Kernel kernel)
    {
        if (Epilogue.Second is not { } second)
            return;
        SecondScale = Padded(Epilogue.Scale, second.Blocks);
        SecondShift = Padded(Epilogue.Shift, second.Blocks);
    }

    /// <summary>One value a channel, zero for lanes that are no channel.</summary>
    protected static NativeBuffer Padded(double[] values, int blocks)
    {
        // A block more than there are: the second vector of a panel may lie behind the last channel.
        float[] padded = new float[(blocks + 1) * Kernel.Block];
        for (int i = 0; i < values.Length; i++)
            padded[i] = (float)values[i];
        return NativeBuffer.Of(padded);
    }

    /// <summary>The epilogue with the places of its maps.</summary>
    protected unsafe EpilogueCode CreateEpilogue(IReadOnlyDictionary<MapValue, MapLayout> layouts) => new(
        Epilogue, layouts, SecondScale is null ? null : SecondScale.Floats, SecondShift is null ? null : SecondShift.Floats);
}
