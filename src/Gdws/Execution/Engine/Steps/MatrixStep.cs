using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>A fused step whose heart is a product of pixels and weights: any convolution, GDWS convolution or linear layer.</summary>
internal abstract class MatrixStep : FusedStep
{
    // What a tile of the largest number of pixels holds, see MatrixTiling.
    private const int PlanesOfAStretch = 36;

    private readonly double[] _scale;
    private readonly double[] _bias;
    private readonly int _groups;
    private WeightValues _weights;

    protected MatrixStep(MapValue input, MapValue output, WeightValues weights, float[]? bias, int groups, Window window)
        : base(input, output)
    {
        Name = output.Name;
        Window = window;
        _weights = weights;
        _groups = groups;
        _scale = [.. Enumerable.Repeat(1d, output.Channels)];
        _bias = bias is null ? new double[output.Channels] : [.. bias.Select(b => (double)b)];
        input.RequireBorder(window.Border);
    }

    /// <summary>The value that the convolution makes in the network, whatever was fused behind it.</summary>
    public string Name { get; }

    protected Window Window { get; }

    /// <summary>The factors of the product, known once it is packed.</summary>
    protected Plane[] Planes { get; private set; } = [];

    protected PackedMatrix? Matrix { get; private set; }

    public override long ConstantBytes => Matrix?.Bytes ?? 0;

    /// <summary>Planes that are multiplied at once.</summary>
    protected virtual int Stretch => IsDirect ? int.MaxValue / 2 : PlanesOfAStretch;

    /// <summary>Whether the input's pixels can be multiplied where they lie.</summary>
    protected abstract bool IsDirect { get; }

    /// <summary>What becomes of the kernels before the planes' columns count them, or null.</summary>
    protected virtual WinogradTransform? Transform => null;

    public override bool Fold(double[] scale, double[] shift)
    {
        for (int m = 0; m < _scale.Length; m++)
        {
            _scale[m] *= scale[m];
            _bias[m] = (_bias[m] * scale[m]) + shift[m];
        }

        return true;
    }

    public override void Pack(Kernel kernel)
    {
        base.Pack(kernel);
        Planes = CreatePlanes(kernel);
        WeightRows rows = new(_weights, _scale.Length, _groups, _scale, Transform);
        Matrix = new PackedMatrix(rows, _bias, Planes, Stretch, kernel.PanelWidth);
        _weights = WeightValues.None;
    }

    public override Job CreateJob(Kernel kernel, IReadOnlyDictionary<MapValue, MapLayout> layouts, int workers)
    {
        MapLayout input = layouts[Input], output = layouts[Epilogue.Shape];
        return new MatrixJob(kernel, Matrix!, CreateEpilogue(layouts), workers, new MatrixInput
        {
            Layout = input,
            Window = Window,
            Planes = Planes,
            PlanesOfAStretch = Math.Min(PlanesOfAStretch, Planes.Length),
            Source = IsDirect ? null : CreateSource(input, output),
        });
    }

    protected abstract Plane[] CreatePlanes(Kernel kernel);

    protected abstract IPlaneSource CreateSource(MapLayout input, MapLayout output);
}
