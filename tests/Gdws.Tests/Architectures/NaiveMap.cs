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
