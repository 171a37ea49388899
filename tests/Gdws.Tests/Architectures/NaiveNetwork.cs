using Gdws.Checkpoints;

namespace Gdws.Tests.Architectures;

/// <summary>A map [C, H, W] of one image, in double precision.</summary>
internal sealed record NaiveMap(double[] Values, int Channels, int Height, int Width)
{
    public double this[int c, int y, int x] => Values[(((c * Height) + y) * Width) + x];

    public static NaiveMap Fill(int channels, int height, int width, Func<int, int, int, double> value)
    {
        double[] values = new double[channels * height * width];
        for (int i = 0; i < values.Length; i++)
            values[i] = value(i / (height * width), i / width % height, i % width);
        return new NaiveMap(values, channels, height, width);
    }

    public NaiveMap Relu() => Fill(Channels, Height, Width, (c, y, x) => Math.Max(0, this[c, y, x]));

    public static NaiveMap operator +(NaiveMap a, NaiveMap b)
    {
        Assert.Equal((a.Channels, a.Height, a.Width), (b.Channels, b.Height, b.Width));
        return Fill(a.Channels, a.Height, a.Width, (c, y, x) => a[c, y, x] + b[c, y, x]);
    }

    public NaiveMap MaxPool(int kernel, int stride, int padding) => Fill(
        Channels, ((Height + (2 * padding) - kernel) / stride) + 1, ((Width + (2 * padding) - kernel) / stride) + 1,
        (c, y, x) => Window(y, x, kernel, stride, padding).Max(p => this[c, p.Y, p.X]));

    public NaiveMap AveragePool(int kernel) => Fill(
        Channels, Height / kernel, Width / kernel, (c, y, x) => Window(y, x, kernel, kernel, 0).Average(p => this[c, p.Y, p.X]));

    public IEnumerable<(int Y, int X)> Window(int y, int x, int kernel, int stride, int padding) =>
        from i in Enumerable.Range((y * stride) - padding, kernel)
        from j in Enumerable.Range((x * stride) - padding, kernel)
        where i >= 0 && j >= 0 && i < Height && j < Width
        select (i, j);
}

/// <summary>The layers of a checkpoint as textbooks define them, one loop a layer and no cleverness: what the built networks are held against.</summary>
internal sealed class NaiveNetwork(StateDict state)
{
    public bool Has(string name) => state.Contains(name);

    public NaiveMap Conv(string name, NaiveMap x, int stride, int padding)
    {
        float[] weight = state[$"{name}.weight"].ToSingles();
        IReadOnlyList<int> shape = state[$"{name}.weight"].Shape;
        float[]? bias = state.TryGet($"{name}.bias", out CheckpointTensor? found) ? found.ToSingles() : null;
        int kernel = shape[2];
        Assert.Equal(x.Channels, shape[1]);
        return NaiveMap.Fill(
            shape[0],
            ((x.Height + (2 * padding) - kernel) / stride) + 1,
            ((x.Width + (2 * padding) - kernel) / stride) + 1,
            (m, row, column) =>
            {
                double sum = bias?[m] ?? 0;
                for (int c = 0; c < x.Channels; c++)
                {
                    for (int i = 0; i < kernel; i++)
                    {
                        for (int j = 0; j < kernel; j++)
                        {
                            int y = (row * stride) + i - padding;
                            int z = (column * stride) + j - padding;
                            if (y >= 0 && z >= 0 && y < x.Height && z < x.Width)
                                sum += weight[(((((m * x.Channels) + c) * kernel) + i) * kernel) + j] * x[c, y, z];
                        }
                    }
                }

                return sum;
            });
    }

    public NaiveMap Norm(string name, NaiveMap x)
    {
        float[] gamma = state[$"{name}.weight"].ToSingles();
        float[] beta = state[$"{name}.bias"].ToSingles();
        float[] mean = state[$"{name}.running_mean"].ToSingles();
        float[] variance = state[$"{name}.running_var"].ToSingles();
        return NaiveMap.Fill(x.Channels, x.Height, x.Width, (c, y, z) =>
            ((x[c, y, z] - mean[c]) / Math.Sqrt(variance[c] + 1e-5) * gamma[c]) + beta[c]);
    }

    public double[] Linear(string name, IReadOnlyList<double> x)
    {
        float[] weight = state[$"{name}.weight"].ToSingles();
        float[] bias = state[$"{name}.bias"].ToSingles();
        Assert.Equal(x.Count, state[$"{name}.weight"].Shape[1]);
        return [.. bias.Select((b, row) => b + x.Select((value, i) => value * weight[(row * x.Count) + i]).Sum())];
    }

    public double[] LinearRelu(string name, IReadOnlyList<double> x) => [.. Linear(name, x).Select(v => Math.Max(0, v))];
}
