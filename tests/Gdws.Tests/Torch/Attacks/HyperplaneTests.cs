using CsCheck;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Attacks;

public sealed class HyperplaneTests
{
    public HyperplaneTests() => TorchRuntime.Initialize();

    private static readonly Gen<(double[] Points, double[] Normal, double Value)> Cases =
        from length in Gen.Int[1, 8]
        from points in Gen.Double[0, 1].Array[length]
        from normal in Gen.OneOf(Gen.Double[0.01, 2], Gen.Double[-2, -0.01], Gen.Const(0.0), Gen.Const(1.0)).Array[length]
        from value in Gen.Double[-3, 3]
        select (points, normal, value);

    [Theory]
    [InlineData(Norm.Linf)]
    [InlineData(Norm.L2)]
    [InlineData(Norm.L1)]
    public void TheStep_IsTheSmallestThatReachesTheHyperplaneInsideTheBox(Norm norm)
    {
        Cases.Sample(
            example =>
            {
                double[] step = Step(norm, example.Points, example.Normal, example.Value);
                double moved = step.Zip(example.Normal, (d, w) => d * w).Sum();
                Assert.All(step.Zip(example.Points), pair => Assert.InRange(pair.First + pair.Second, -1e-12, 1 + 1e-12));

                // What the box lets any step do.
                double most = example.Points.Zip(example.Normal, (t, w) => Math.Abs(w) * ((w > 0) == (example.Value > 0) ? t : 1 - t)).Sum();
                double wanted = Math.Min(Math.Abs(example.Value), most);
                Assert.InRange(-Math.Sign(example.Value) * moved, wanted - 1e-9, wanted + 1e-9);

                double size = Size(norm, step);
                // The reference for l2 looks along a grid of directions, so it finds the smallest size only nearly.
                Assert.True(size <= (Smallest(norm, example.Points, example.Normal, example.Value, wanted) * (1 + 1e-9)) + 1e-9, $"{size}");
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void Rows_DontDependOnEachOther()
    {
        using Tensor points = torch.tensor(new[] { 0.5, 0.5, 0.1, 0.9 }).reshape(2, 2);
        using Tensor normals = torch.tensor(new[] { 1.0, 2, 0, 0 }).reshape(2, 2);
        using Tensor values = torch.tensor(new[] { -0.6, 1.0 }).reshape(2, 1);
        using Tensor steps = Hyperplane.Step(Norm.Linf, points, normals, values);

        Assert.Equal([0.2, 0.2, 0, 0], steps.data<double>().Select(value => Math.Round(value, 12)));
    }

    private static double[] Step(Norm norm, double[] points, double[] normal, double value)
    {
        using Tensor t = torch.tensor(points).reshape(1, -1);
        using Tensor w = torch.tensor(normal).reshape(1, -1);
        using Tensor c = torch.tensor(new[] { value }).reshape(1, 1);
        using Tensor step = Hyperplane.Step(norm, t, w, c);
        return [.. step.data<double>()];
    }

    /// <summary>A slow reference: bisection on the size, with the most that a step of that size can do.</summary>
    private static double Smallest(Norm norm, double[] points, double[] normal, double value, double wanted)
    {
        (double Weight, double Room)[] values = [.. points.Zip(normal, (t, w) => (Math.Abs(w), (w > 0) == (value > 0) ? t : 1 - t))];
        (double low, double high) = (0, 10);
        for (int i = 0; i < 100; i++)
        {
            double size = (low + high) / 2;
            (low, high) = Most(size) >= wanted - 1e-12 ? (low, size) : (size, high);
        }

        return high;

        double Most(double size) => norm switch
        {
            Norm.Linf => values.Sum(v => v.Weight * Math.Min(size, v.Room)),
            Norm.L2 => Enumerable.Range(-400, 900).Select(e => Math.Pow(1.04, e)).Max(scale => Along(scale, size)),
            _ => Greedy(size),
        };

        // Steps min(λ|w|, room) are the best of their length: look for the largest λ whose step is short enough.
        double Along(double scale, double size)
        {
            double[] step = [.. values.Select(v => Math.Min(scale * v.Weight, v.Room))];
            double length = Math.Sqrt(step.Sum(d => d * d));
            double shrink = length > size ? size / length : 1;
            return step.Zip(values, (d, v) => d * shrink * v.Weight).Sum();
        }

        double Greedy(double size)
        {
            double gained = 0;
            foreach ((double weight, double room) in values.OrderByDescending(v => v.Weight))
            {
                double used = Math.Min(room, size);
                gained += weight * used;
                size -= used;
            }

            return gained;
        }
    }

    private static double Size(Norm norm, double[] step) => norm switch
    {
        Norm.Linf => step.Max(Math.Abs),
        Norm.L2 => Math.Sqrt(step.Sum(d => d * d)),
        _ => step.Sum(Math.Abs),
    };
}
