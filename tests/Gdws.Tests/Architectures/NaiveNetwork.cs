using Gdws.Checkpoints;

namespace Gdws.Tests.Architectures;

/// <summary>The layers of a checkpoint as textbooks define them, one loop a layer and no cleverness.</summary>
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
