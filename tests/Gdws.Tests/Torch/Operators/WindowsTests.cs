using CsCheck;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using static Gdws.Tests.Torch.TorchNetworks;

namespace Gdws.Tests.Torch.Operators;

/// <summary>Convolution and pooling against loops that follow the definition.</summary>
public sealed class WindowsTests
{
    private static readonly Gen<Case> _cases =
        from groups in Gen.Int[1, 2]
        from inputs in Gen.Int[1, 2]
        from kernel in Gen.Int[1, 3].Array[2]
        from stride in Gen.Int[1, 2].Array[2]
        from dilation in Gen.Int[1, 2].Array[2]
        from pads in Gen.Int[0, 2].Array[4]
        from seed in Gen.Int[0, 1000]
        select new Case(groups, inputs * groups, kernel, stride, dilation, pads, seed);

    [Fact]
    public void AConvolution_IsItsDefinition() => _cases.Sample(
        c =>
        {
            float[] x = Random(c.Channels * Size * Size, c.Seed);
            int outputs = 2 * c.Groups;
            float[] w = Random(outputs * (c.Channels / c.Groups) * c.Kernel[0] * c.Kernel[1], c.Seed + 1);
            OnnxModel model = Of("Conv", [c.Channels, Size, Size], c.Write, ["w", "b"],
                n => n.With("w", [outputs, c.Channels / c.Groups, c.Kernel[0], c.Kernel[1]], w).With("b", [outputs], Random(outputs, 9)));
            Near(Convolve(c, x, w, Random(outputs, 9)), Run(model, x), 1e-4);
        },
        iter: 60);

    [Fact]
    public void MaximumPooling_IsItsDefinition() => _cases.Sample(
        c =>
        {
            float[] x = Random(c.Channels * Size * Size, c.Seed);
            Action<NodeProto> write = node => c.WritePooling(node, withDilation: true);
            Near(Pool(c, x, values => values.Max(), c.Dilation), Run(Of("MaxPool", [c.Channels, Size, Size], write), x));
        },
        iter: 40);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void AveragePooling_IsItsDefinition(int countPadding) => _cases.Where(c => c.Pads.Zip([.. c.Kernel, .. c.Kernel]).All(p => p.First < p.Second)).Sample(
        c =>
        {
            float[] x = Random(c.Channels * Size * Size, c.Seed);
            int area = c.Kernel[0] * c.Kernel[1];
            float[] expected = Pool(c, x, values => values.Sum() / (countPadding == 1 ? area : values.Count), [1, 1]);
            OnnxModel model = Of("AveragePool", [c.Channels, Size, Size], node =>
            {
                c.WritePooling(node, withDilation: false);
                node.With("count_include_pad", countPadding);
            });
            Near(expected, Run(model, x));
        },
        iter: 40);

    [Theory]
    [InlineData("SAME_UPPER", new[] { 0, 0, 1, 1 })]
    [InlineData("SAME_LOWER", new[] { 1, 1, 0, 0 })]
    [InlineData("VALID", new[] { 0, 0, 0, 0 })]
    public void AutomaticPadding_IsThatMuchPadding(string name, int[] pads)
    {
        Case c = new(1, 1, [2, 2], [1, 1], [1, 1], pads, 3);
        float[] x = Random(Size * Size, 3);
        float[] w = Random(4, 4);
        OnnxModel model = Of("Conv", [1, Size, Size],
            node => node.Attribute.Add(new AttributeProto { Name = "auto_pad", S = Google.Protobuf.ByteString.CopyFromUtf8(name) }), ["w"], n => n.With("w", [1, 1, 2, 2], w));

        Near(Convolve(c, x, w, [0]), Run(model, x), 1e-5);
    }

    [Fact]
    public void CeilingMode_AddsAnIncompleteWindow()
    {
        float[] x = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        Near([5, 6, 8, 9], Run(Of("MaxPool", [1, 3, 3], n => n.WithList("kernel_shape", 2, 2).WithList("strides", 2, 2).With("ceil_mode", 1)), x));
        Near([3, 4.5f, 7.5f, 9], Run(Of("AveragePool", [1, 3, 3], n => n.WithList("kernel_shape", 2, 2).WithList("strides", 2, 2).With("ceil_mode", 1)), x));
    }

    private const int Size = 6;

    private static float[] Convolve(Case c, float[] x, float[] w, float[] bias)
    {
        List<float> result = [];
        int perGroup = c.Channels / c.Groups;
        for (int m = 0; m < bias.Length; m++)
        {
            int first = m / (bias.Length / c.Groups) * perGroup;
            foreach ((int row, int column) in c.Positions(c.Dilation))
            {
                double sum = bias[m];
                for (int k = 0; k < perGroup; k++)
                {
                    foreach ((int i, int j, int y, int z) in c.Taps(row, column, c.Dilation))
                        sum += w[(((((m * perGroup) + k) * c.Kernel[0]) + i) * c.Kernel[1]) + j] * x[((((first + k) * Size) + y) * Size) + z];
                }

                result.Add((float)sum);
            }
        }

        return [.. result];
    }

    private static float[] Pool(Case c, float[] x, Func<List<float>, float> reduce, int[] dilation) =>
    [
        .. from channel in Enumerable.Range(0, c.Channels)
           from position in c.Positions(dilation)
           let values = c.Taps(position.Row, position.Column, dilation).Select(t => x[(((channel * Size) + t.Y) * Size) + t.X]).ToList()
           select values.Count == 0 ? float.NegativeInfinity : reduce(values),
    ];

    private sealed record Case(int Groups, int Channels, int[] Kernel, int[] Stride, int[] Dilation, int[] Pads, int Seed)
    {
        public void Write(NodeProto node)
        {
            WritePooling(node, withDilation: true);
            node.With("group", Groups);
        }

        public void WritePooling(NodeProto node, bool withDilation)
        {
            node.WithList("kernel_shape", Kernel[0], Kernel[1]).WithList("strides", Stride[0], Stride[1]).WithList("pads", Pads[0], Pads[1], Pads[2], Pads[3]);
            if (withDilation)
                node.WithList("dilations", Dilation[0], Dilation[1]);
        }

        public IEnumerable<(int Row, int Column)> Positions(int[] dilation) =>
            from row in Enumerable.Range(0, Outputs(0, dilation))
            from column in Enumerable.Range(0, Outputs(1, dilation))
            select (row, column);

        public IEnumerable<(int I, int J, int Y, int X)> Taps(int row, int column, int[] dilation) =>
            from i in Enumerable.Range(0, Kernel[0])
            from j in Enumerable.Range(0, Kernel[1])
            let y = (row * Stride[0]) - Pads[0] + (i * dilation[0])
            let x = (column * Stride[1]) - Pads[1] + (j * dilation[1])
            where y is >= 0 and < Size && x is >= 0 and < Size
            select (i, j, y, x);

        private int Outputs(int axis, int[] dilation) =>
            ((Size + Pads[axis] + Pads[axis + 2] - (dilation[axis] * (Kernel[axis] - 1)) - 1) / Stride[axis]) + 1;
    }
}
