using Gdws.Data;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Torch.Calibration;

/// <summary>Networks and images that calibrations finish with in an instant.</summary>
internal static class TinyNetworks
{
    /// <summary>Image [2, 8, 7] → a (2→6) → ReLU → residual block b, c (6→6) → ReLU → d (6→8, stride 2) → mean → 4 classes. Two of them have a bias.</summary>
    public static OnnxModel Residual() => new TestNetwork(17, 1, 2, 8, 7)
        .Weight("a.weight", 6, 2, 3, 3)
        .Node("Conv", "a", ["images", "a.weight"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("Relu", "ra", ["a"])
        .Weight("b.weight", 6, 6, 3, 3)
        .Weight("b.bias", 6)
        .Node("Conv", "b", ["ra", "b.weight", "b.bias"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("Relu", "rb", ["b"])
        .Weight("c.weight", 6, 6, 3, 3)
        .Node("Conv", "c", ["rb", "c.weight"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("Add", "sum", ["c", "ra"])
        .Node("Relu", "rs", ["sum"])
        .Weight("d.weight", 8, 6, 3, 3)
        .Weight("d.bias", 8)
        .Node("Conv", "d", ["rs", "d.weight", "d.bias"], n => n.WithList("pads", 1, 1, 0, 0).WithList("strides", 2, 2))
        .Node("Relu", "rd", ["d"])
        .Node("GlobalAveragePool", "mean", ["rd"])
        .Node("Flatten", "flat", ["mean"])
        .Weight("linear.weight", 4, 8)
        .Weight("linear.bias", 4)
        .Node("Gemm", "logits", ["flat", "linear.weight", "linear.bias"], n => n.With("transB", 1))
        .Change(Soften)
        .Build("logits");

    /// <summary>
    /// Image [2, 8, 7] → a (2→6) → ReLU → d (6→8) → mean → 4 classes, which see one weighted sum of the 8 outputs' means alone: nothing else that d has wrong matters.
    /// </summary>
    public static OnnxModel OneDirection() => new TestNetwork(17, 1, 2, 8, 7)
        .Weight("a.weight", 6, 2, 3, 3)
        .Node("Conv", "a", ["images", "a.weight"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("Relu", "ra", ["a"])
        .Weight("d.weight", 8, 6, 3, 3)
        .Node("Conv", "d", ["ra", "d.weight"], n => n.WithList("pads", 1, 1, 1, 1))
        .Node("GlobalAveragePool", "mean", ["d"])
        .Node("Flatten", "flat", ["mean"])
        .Weight("direction", 1, 8)
        .Node("Gemm", "seen", ["flat", "direction"], n => n.With("transB", 1))
        .Weight("linear.weight", 4, 1)
        .Weight("linear.bias", 4)
        .Node("Gemm", "logits", ["seen", "linear.weight", "linear.bias"], n => n.With("transB", 1))
        .Change(Soften)
        .Build("logits");

    /// <summary>Smooth random images of [2, 8, 7].</summary>
    public static IImageDataset Images(int count = 40) => new SmoothImages(count);

    /// <summary>Random weights of −1 to 1 would leave no doubt about any class: smaller ones do.</summary>
    private static void Soften(ModelProto model)
    {
        foreach (TensorProto tensor in model.Graph.Initializer.ToArray())
        {
            float[] values = tensor.ToSingles();
            int fanIn = (int)(tensor.Dims.Count > 1 ? tensor.Length() / tensor.Dims[0] : 9);
            model.Graph.Initializer.Remove(tensor);
            model.Graph.Initializer.Add(OnnxTensor.Create(
                tensor.Name, [.. tensor.Dims.Select(d => (int)d)], [.. values.Select(v => v * 2 / MathF.Sqrt(fanIn))]));
        }
    }

    private sealed class SmoothImages(int count) : IImageDataset
    {
        public string Name => "smooth:images";

        public string Split => "train";

        public int Count => count;

        public int Channels => 2;

        public int Height => 8;

        public int Width => 7;

        public int Classes => 4;

        public int Label(int index) => index % 4;

        public void CopyImage(int index, Span<float> image)
        {
            Random random = new(index);
            for (int c = 0; c < 2; c++)
            {
                double x = random.NextDouble() * 6, y = random.NextDouble() * 6, phase = random.NextDouble() * 6;
                for (int i = 0; i < 56; i++)
                    image[(c * 56) + i] = (float)(0.5 + (0.4 * Math.Sin((x * (i % 7) / 7) + (y * (i / 7) / 8) + phase)) + (0.1 * (random.NextDouble() - 0.5)));
            }
        }
    }
}
