using CsCheck;
using Gdws.Execution.Engine.Steps;

namespace Gdws.Tests.Execution.Engine.Steps;

/// <summary>Every packed weight is what its definition says, to the last bit.</summary>
public sealed unsafe class PackedMatrixTests
{
    private static readonly double[][] _two = [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]];

    private static readonly double[][] _four =
        [[1 / 4d, 0, 0], [-1 / 6d, -1 / 6d, -1 / 6d], [-1 / 6d, 1 / 6d, -1 / 6d], [1 / 24d, 1 / 12d, 1 / 6d], [1 / 24d, -1 / 12d, 1 / 6d], [0, 0, 1]];

    private static readonly Gen<(int Rows, int Channels, int Groups, int Lanes, int Stretch, int Seed)> _shapes = Gen.Select(
        Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 4], Gen.Int[0, 3].Select(i => ((int[])[1, 4, 8, 16])[i]), Gen.Int[1, 9], Gen.Int[0, 1000]);

    [Fact]
    public void WeightsOfGroups_AreScaledOnceAndZeroOutsideOfTheirGroup() => _shapes.Sample(
        shape =>
        {
            (int rows, int channels) = (shape.Rows * shape.Groups, shape.Channels);
            float[] values = Values(rows * channels, shape.Seed);
            double[] scale = Scale(rows, shape.Seed);
            Check(shape, new WeightRows(new WeightValues(values), rows, shape.Groups, scale), channels * shape.Groups, (row, column) =>
            {
                int local = column - (row / shape.Rows * channels);
                return local >= 0 && local < channels ? (float)(values[(row * channels) + local] * scale[row]) : 0;
            });
        },
        iter: 60,
        threads: 1);

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void TransformedWeights_AreComputedInDoublePrecisionAndRoundedBeforeScaling(int size) => _shapes.Sample(
        shape =>
        {
            float[] values = Values(shape.Rows * shape.Channels * 9, shape.Seed);
            double[] scale = Scale(shape.Rows, shape.Seed);
            WinogradTransform transform = new(size);
            WeightRows rows = new(new WeightValues(values), shape.Rows, 1, scale, transform);
            Check(shape, rows, transform.Positions * shape.Channels, (row, column) =>
            {
                int position = column / shape.Channels, kernel = (row * shape.Channels) + (column % shape.Channels);
                return (float)(Transformed(size, values.AsSpan(kernel * 9, 9), position) * scale[row]);
            });
        },
        iter: 30,
        threads: 1);

    private static float Transformed(int size, ReadOnlySpan<float> w, int position)
    {
        double[][] g = size == 2 ? _two : _four;
        double[] left = g[position / g.Length], right = g[position % g.Length], sums = new double[3];
        for (int column = 0; column < 3; column++)
            sums[column] = (left[0] * w[column]) + (left[1] * w[3 + column]) + (left[2] * w[6 + column]);
        return (float)((sums[0] * right[0]) + (sums[1] * right[1]) + (sums[2] * right[2]));
    }

    private static void Check(
        (int Rows, int Channels, int Groups, int Lanes, int Stretch, int Seed) shape, WeightRows rows, int columns, Func<int, int, float> expected)
    {
        int[] order = [.. Enumerable.Range(0, columns)];
        new Random(shape.Seed).Shuffle(order);
        Plane[] planes = [.. order.Chunk(16).Select(chunk => new Plane(0, 0, [.. Enumerable.Range(0, chunk.Length)], chunk))];
        double[] bias = [.. Enumerable.Range(0, rows.Rows).Select(row => row / 3d)];
        using PackedMatrix matrix = new(rows, bias, planes, shape.Stretch, 2 * shape.Lanes);

        HashSet<(int Row, int Column)> seen = [];
        for (int panel = 0; panel < matrix.Panels; panel++)
        {
            int first = panel * matrix.PanelWidth, width = matrix.VectorsOf(panel) * shape.Lanes;
            Assert.Equal((float)bias[first], matrix.Bias(panel)[0]);
            for (int stretch = 0; stretch < matrix.Stretches; stretch++)
            {
                PackedMatrix.Piece piece = matrix.At(panel, stretch);
                for (int k = 0; k < piece.Count; k++)
                {
                    int column = matrix.Factors[piece.FirstFactor + k].Column;
                    for (int i = 0; i < width; i++)
                    {
                        bool isThere = first + i < rows.Rows;
                        float weight = matrix.Weights(piece)[(k * width) + i], wanted = isThere ? expected(first + i, column) : 0;
                        Assert.Equal(BitConverter.SingleToUInt32Bits(wanted), BitConverter.SingleToUInt32Bits(weight));
                        if (isThere)
                            seen.Add((first + i, column));
                    }
                }
            }
        }

        for (int row = 0; row < rows.Rows; row++)
        {
            for (int column = 0; column < columns; column++)
                Assert.True(expected(row, column) == 0 || seen.Contains((row, column)), $"row {row}, column {column} isn't packed");
        }
    }

    private static float[] Values(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static double[] Scale(int count, int seed)
    {
        Random random = new(seed + 1);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() + 0.5)];
    }
}
