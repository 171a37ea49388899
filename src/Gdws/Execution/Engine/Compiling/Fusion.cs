using Gdws.Execution.Engine.Steps;
using Gdws.Onnx.Schema;

namespace Gdws.Execution.Engine.Compiling;

/// <summary>
/// Takes arithmetic into the step that makes its operand, so that the map is written once instead of written, read and written again:
/// an affine map of the channels into a convolution's weights, where its result has no other reader; else as its second result.
/// </summary>
internal sealed class Fusion(NetworkLowering lowering)
{
    /// <summary>y = x·scale + shift, one of each a channel.</summary>
    public void Affine(NodeProto node, MapValue x, double[] scale, double[] shift)
    {
        bool isOnlyReader = lowering.Uses(x) == 1;
        if (isOnlyReader && lowering.Steps.OfType<InputStep>().SingleOrDefault(step => step.Output == x) is { } images)
        {
            images.Fold(scale, shift);
            images.Output = lowering.NewOutput(node);
            return;
        }

        FusedStep? step = Producer(x);
        if (step is not null && isOnlyReader && step.Epilogue.IsUntouched && step.Fold(scale, shift))
        {
            step.Epilogue.Main = lowering.NewOutput(node);
            return;
        }

        if (step is not null && isOnlyReader && step.Epilogue.Second == x && step.Epilogue.SecondClamp.IsNone)
        {
            step.Epilogue.Shift = [.. step.Epilogue.Shift.Select((s, c) => (s * scale[c]) + shift[c])];
            step.Epilogue.Scale = [.. step.Epilogue.Scale.Select((s, c) => s * scale[c])];
            step.Epilogue.Second = lowering.NewOutput(node);
            return;
        }

        if (step is null || step.Epilogue.Main != x || step.Epilogue.Second is not null)
            step = NewPoint(x);
        AddSecond(node, step, x, scale, shift);
    }

    /// <summary>y = x between two limits.</summary>
    public void Limit(NodeProto node, MapValue x, Clamp clamp)
    {
        bool isOnlyReader = lowering.Uses(x) == 1;
        FusedStep? step = Producer(x);
        if (step is not null && isOnlyReader && step.Epilogue.Main == x && step.Epilogue.Second is null && step.Epilogue.After.IsNone)
        {
            step.Epilogue.After = clamp;
            step.Epilogue.Main = lowering.NewOutput(node);
            return;
        }

        if (step is not null && isOnlyReader && step.Epilogue.Second == x && step.Epilogue.SecondClamp.IsNone)
        {
            step.Epilogue.SecondClamp = clamp;
            step.Epilogue.Second = lowering.NewOutput(node);
            return;
        }

        if (step is null || step.Epilogue.Main != x || step.Epilogue.Second is not null)
            step = NewPoint(x);
        AddSecond(node, step, x, [.. Enumerable.Repeat(1d, x.Channels)], new double[x.Channels]);
        step.Epilogue.SecondClamp = clamp;
    }

    /// <summary>y = a + b, maps of the same size.</summary>
    public void Add(NodeProto node, MapValue a, MapValue b)
    {
        // The later of the two producers is the natural one: its other operand is there by then.
        (MapValue summand, MapValue other) = new[] { (a, b), (b, a) }.Where(pair => CanAdd(pair.Item1))
            .OrderByDescending(pair => lowering.Steps.IndexOf(Producer(pair.Item1)!)).FirstOrDefault((a, b));
        FusedStep step;
        if (CanAdd(summand))
        {
            // Nobody but this sum waits for its result, so it may as well run now.
            step = Producer(summand)!;
            lowering.Steps.Remove(step);
        }
        else
        {
            step = new PointStep(summand, summand);
        }

        step.Epilogue.Before = step.Epilogue.After;
        step.Epilogue.After = Clamp.None;
        step.Epilogue.Residual = other;
        step.Epilogue.Main = lowering.NewOutput(node);
        lowering.Steps.Add(step);
    }

    private bool CanAdd(MapValue map) =>
        Producer(map) is { Epilogue: { Residual: null, Second: null } epilogue } && epilogue.Main == map && lowering.Uses(map) == 1;

    private FusedStep? Producer(MapValue value) =>
        lowering.Steps.OfType<FusedStep>().LastOrDefault(step => step.Epilogue.Main == value || step.Epilogue.Second == value);

    private PointStep NewPoint(MapValue x)
    {
        PointStep step = new(x, x);
        step.Epilogue.Main = null;
        lowering.Steps.Add(step);
        return step;
    }

    private void AddSecond(NodeProto node, FusedStep step, MapValue x, double[] scale, double[] shift)
    {
        if (lowering.Uses(x) == 1)
            step.Epilogue.Main = null;
        step.Epilogue.Scale = scale;
        step.Epilogue.Shift = shift;
        step.Epilogue.Second = lowering.NewOutput(node);
    }
}
