using CsCheck;
using Gdws.Execution.Engine;
using Gdws.Execution.Engine.Kernels;
using Gdws.Execution.Engine.Steps;
using Gdws.Onnx;
using Gdws.Tests.Decomposition;
using Gdws.Tests.Onnx;
using Gdws.Tests.Planning;

namespace Gdws.Tests.Execution.Engine;

/// <summary>Convolutions of random shapes against their definition, on every instruction set and with several threads.</summary>
public sealed class RandomConvolutionsTests
{
    private static readonly Gen<InstructionSet> _sets = OneOf(Enum.GetValues<InstructionSet>());

    private static readonly Gen<NaiveConvolution> _shapes =
        from groups in OneOf(1, 1, 1, 2, 3, 8)
        from inputs in Gen.Int[1, 40]
        from outputs in Gen.Int[1, 70]
        from size in Gen.Int[1, 17].Array[2]
        from kernel in Gen.Int[1, 5].Array[2]
        from stride in Gen.Int[1, 3]
        from dilation in Gen.Int[1, 2]
        from pads in Gen.Int[0, 3].Array[4]
        let perGroup = Math.Max(1, inputs / groups)
        let shape = new NaiveConvolution(
            perGroup * groups, Math.Max(1, outputs / groups) * groups, size[0], size[1], kernel[0], kernel[1], stride, dilation, pads, groups)
        where shape.Height + pads[0] + pads[2] > dilation * (kernel[0] - 1) && shape.Width + pads[1] + pads[3] > dilation * (kernel[1] - 1)
        select shape;

    [Fact]
    public void AConvolution_IsItsDefinition() => Gen.Select(_shapes, Gen.Int[1, 5], Gen.Int[1, 3], _sets).Sample(
        (shape, batch, threads, set) =>
        {
            OnnxModel model = Network(shape);
            float[] images = RandomWeights.Normal(3, batch * shape.Inputs * shape.Height * shape.Width);
            float[] expected = shape.Run(images, batch, model.Constant("w")!.ToSingles(), model.Constant("b")!.ToSingles());

            OrtRunner.AssertClose(expected, EngineComparison.Run(new GdwsEngine(set), model, images, batch, threads), Tolerance(shape));
        },
        iter: 250);

    /// <summary>Shapes that are computed by Winograd's transforms, with tiles that the map fills and tiles that it doesn't.</summary>
    [Fact]
    public void AConvolutionOfThreeByThree_IsItsDefinition()
    {
        Gen<NaiveConvolution> shapes =
            from inputs in Gen.Int[16, 50]
            from outputs in Gen.Int[16, 70]
            from size in Gen.Int[6, 21].Array[2]
            from pads in Gen.Int[0, 2].Array[4]
            select new NaiveConvolution(inputs, outputs, size[0], size[1], 3, 3, 1, 1, pads, 1);
        HashSet<int> sizes = [];
        Gen.Select(shapes, Gen.Int[1, 4], Gen.Int[1, 3], _sets).Sample(
            (shape, batch, threads, set) =>
            {
                lock (sizes)
                    sizes.Add(Transform(shape)?.Size ?? 0);

                OnnxModel model = Network(shape);
                float[] images = RandomWeights.Normal(3, batch * shape.Inputs * shape.Height * shape.Width);
                float[] expected = shape.Run(images, batch, model.Constant("w")!.ToSingles(), model.Constant("b")!.ToSingles());

                OrtRunner.AssertClose(expected, EngineComparison.Run(new GdwsEngine(set), model, images, batch, threads), Tolerance(shape));
            },
            iter: 60);
        Assert.Contains(2, sizes);
        Assert.Contains(4, sizes);
    }

    [Fact]
    public void ADepthwiseConvolution_IsItsDefinition() => Gen.Select(_shapes, Gen.Int[1, 5], Gen.Int[1, 3], _sets).Sample(
        (random, batch, threads, set) =>
        {
            NaiveConvolution shape = random with { Outputs = random.Inputs, Groups = random.Inputs };
            OnnxModel model = Network(shape);
            float[] images = RandomWeights.Normal(3, batch * shape.Inputs * shape.Height * shape.Width);
            float[] expected = shape.Run(images, batch, model.Constant("w")!.ToSingles(), model.Constant("b")!.ToSingles());

            OrtRunner.AssertClose(expected, EngineComparison.Run(new GdwsEngine(set), model, images, batch, threads), 1e-5);
        },
        iter: 100);

    /// <summary>Channels that many kernels read, one or none, in order and out of order.</summary>
    [Fact]
    public void AGdwsConvolution_IsItsTwoParts()
    {
        Gen<int[]> counts = Gen.OneOf(Gen.Int[0, 4], OneOf(0, 0, 0, 0, 0, 0, 0, 1), Gen.Const(1)).Array[1, 90];
        Gen.Select(_shapes, counts, Gen.Int[1, 4], Gen.Int[1, 3], _sets).Sample(
            (random, kernels, batch, threads, set) =>
            {
                int[] map = [.. kernels.SelectMany((count, c) => Enumerable.Repeat(c, count))];
                if (map.Length == 0)
                    map = [kernels.Length - 1];
                NaiveConvolution shape = random with { Inputs = kernels.Length };
                OnnxModel model = GdwsNetwork(shape, map);
                Assert.Equal(ConvolutionKind.Gdws, model.Convolutions.Single().Kind);
                float[] images = RandomWeights.Normal(3, batch * shape.Inputs * shape.Height * shape.Width);

                OrtRunner.AssertClose(
                    ByParts(shape, map, model, images, batch), EngineComparison.Run(new GdwsEngine(set), model, images, batch, threads), 1e-5);
            },
            iter: 200);
    }

    /// <summary>Sums of products are exact to some 1e-6; the transforms add and subtract values larger than their results, which costs a digit.</summary>
    private static double Tolerance(NaiveConvolution shape) => Transform(shape) is null ? 1e-5 : 5e-5;

    private static WinogradTransform? Transform(NaiveConvolution shape)
    {
        MapValue input = new("x", shape.Inputs, shape.Height, shape.Width), output = new("y", shape.Outputs, shape.OutputHeight, shape.OutputWidth);
        (int, int, int, int) pads = (shape.Pads[0], shape.Pads[1], shape.Pads[2], shape.Pads[3]);
        (int, int) stride = (shape.Stride, shape.Stride), dilation = (shape.Dilation, shape.Dilation);
        return WinogradTransform.For(input, output, shape.Groups, new Window(shape.KernelHeight, shape.KernelWidth, stride, dilation, pads));
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static OnnxModel Network(NaiveConvolution shape) => new TestNetwork(17, 0, shape.Inputs, shape.Height, shape.Width)
        .Weight("w", shape.Outputs, shape.Inputs / shape.Groups, shape.KernelHeight, shape.KernelWidth)
        .Weight("b", shape.Outputs)
        .Node("Conv", "y", ["images", "w", "b"], n => Attributes(n, shape).With("group", shape.Groups))
        .Typed("y");

    private static OnnxModel GdwsNetwork(NaiveConvolution shape, int[] map) => new TestNetwork(17, 0, shape.Inputs, shape.Height, shape.Width)
        .Integers("map", [.. map.Select(c => (long)c)])
        .Weight("depthwise", map.Length, 1, shape.KernelHeight, shape.KernelWidth)
        .Weight("pointwise", shape.Outputs, map.Length, 1, 1)
        .Weight("b", shape.Outputs)
        .Node("Gather", "gathered", ["images", "map"], n => n.With("axis", 1))
        .Node("Conv", "filtered", ["gathered", "depthwise"], n => Attributes(n, shape).With("group", map.Length))
        .Node("Conv", "y", ["filtered", "pointwise", "b"])
        .Typed("y");

    private static float[] ByParts(NaiveConvolution shape, int[] map, OnnxModel model, float[] images, int batch)
    {
        int size = shape.Height * shape.Width;
        float[] gathered = [.. Enumerable.Range(0, batch).SelectMany(n => map.SelectMany(c => images.Skip(((n * shape.Inputs) + c) * size).Take(size)))];
        NaiveConvolution filter = shape with { Inputs = map.Length, Outputs = map.Length, Groups = map.Length };
        float[] filtered = filter.Run(gathered, batch, model.Constant("depthwise")!.ToSingles(), new float[map.Length]);
        NaiveConvolution mix = new(map.Length, shape.Outputs, filter.OutputHeight, filter.OutputWidth, 1, 1, 1, 1, new int[4], 1);
        return mix.Run(filtered, batch, model.Constant("pointwise")!.ToSingles(), model.Constant("b")!.ToSingles());
    }

    private static Gdws.Onnx.Schema.NodeProto Attributes(Gdws.Onnx.Schema.NodeProto node, NaiveConvolution shape) => node
        .WithList("kernel_shape", shape.KernelHeight, shape.KernelWidth)
        .WithList("strides", shape.Stride, shape.Stride)
        .WithList("dilations", shape.Dilation, shape.Dilation)
        .WithList("pads", [.. shape.Pads.Select(p => (long)p)]);
}
