using Gdws.Decomposition;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Planning;
using Gdws.Tests.Onnx;

namespace Gdws.Tests.Planning;

public sealed class BiasCorrectionTests
{
    [Theory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(2, 1, 1, 0, 0)]
    [InlineData(1, 2, 2, 1, 2)]
    public void TheMeanPatch_IsThatOfAllPositionsOneByOne(int stride, int dilation, int top, int left, int end)
    {
        OnnxModel network = Network(rectified: true, n => n.WithList("pads", top, left, end, end).WithList("strides", stride, stride).WithList("dilations", dilation, dilation));
        ConvolutionLayer layer = network.Convolutions[1];
        double[] patch = BiasCorrection.MeanPatch(network, layer)!;

        float[] gamma = network.Constant("bn.weight")!.ToSingles(), beta = network.Constant("bn.bias")!.ToSingles();
        for (int c = 0; c < 3; c++)
        {
            double mean = RectifiedNormal.Mean(gamma[c], beta[c]);
            for (int tap = 0; tap < 9; tap++)
            {
                int inside = 0;
                for (int y = 0; y < layer.OutputSize.Height; y++)
                {
                    for (int x = 0; x < layer.OutputSize.Width; x++)
                    {
                        int row = (y * stride) + (tap / 3 * dilation) - top, column = (x * stride) + (tap % 3 * dilation) - left;
                        inside += row >= 0 && row < 6 && column >= 0 && column < 5 ? 1 : 0;
                    }
                }

                Assert.Equal(mean * inside / (layer.OutputSize.Height * layer.OutputSize.Width), patch[(c * 9) + tap], 1e-12);
            }
        }
    }

    [Fact]
    public void OnNormalChannels_TheCorrectedLayerKeepsTheMeanOfItsOutputs()
    {
        OnnxModel network = Network(rectified: true, n => n.WithList("pads", 1, 1, 1, 1));
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network), 1, always: true);
        GdwsFactors plain = plan.FactorsOf(network)["second"], corrected = (plan with { BiasCorrection = true }).FactorsOf(network)["second"];
        float[] weight = network.Constant("second.weight")!.ToSingles();
        float[] gamma = network.Constant("bn.weight")!.ToSingles(), beta = network.Constant("bn.bias")!.ToSingles();

        // Draws patches inside the map's border as what a position reads there, with padding zeros where it reaches over.
        Random random = new(5);
        double[] error = new double[4], left = new double[4];
        const int draws = 4000;
        for (int draw = 0; draw < draws; draw++)
        {
            double[] map = new double[3 * 8 * 7];
            for (int c = 0; c < 3; c++)
            {
                for (int y = 1; y < 7; y++)
                {
                    for (int x = 1; x < 6; x++)
                    {
                        double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                        map[(c * 56) + (y * 7) + x] = Math.Max(0, beta[c] + (gamma[c] * normal));
                    }
                }
            }

            float[] composed = plain.Compose();
            for (int m = 0; m < 4; m++)
            {
                double sum = 0;
                for (int c = 0; c < 3; c++)
                {
                    for (int y = 0; y < 6; y++)
                    {
                        for (int x = 0; x < 5; x++)
                        {
                            for (int tap = 0; tap < 9; tap++)
                                sum += (weight[(((m * 3) + c) * 9) + tap] - composed[(((m * 3) + c) * 9) + tap]) * map[(c * 56) + ((y + (tap / 3)) * 7) + x + (tap % 3)];
                        }
                    }
                }

                error[m] += sum / 30 / draws;
                left[m] += ((sum / 30) - corrected.BiasCorrection[m]) / draws;
            }
        }

        Assert.True(left.Max(Math.Abs) < 0.1 * error.Max(Math.Abs), $"{string.Join(' ', left)} of {string.Join(' ', error)}");
    }

    [Fact]
    public void WithoutARectifier_TheMeanIsTheShift()
    {
        OnnxModel network = Network(rectified: false, n => n.WithList("pads", 0, 0, 0, 0));

        double[] patch = BiasCorrection.MeanPatch(network, network.Convolutions[1])!;

        Assert.Equal(network.Constant("bn.bias")!.ToSingles()[2], patch[20], 1e-12);
    }

    [Fact]
    public void WhereNothingTellsTheMean_TheLayerStaysAsItIs()
    {
        OnnxModel network = Network(rectified: true, n => n.WithList("pads", 1, 1, 1, 1));
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network, new SpectraOptions { IncludeFirst = true }), 1, always: true) with { BiasCorrection = true };

        Assert.Null(BiasCorrection.MeanPatch(network, network.Convolutions[0]));
        Assert.Equal(["second"], plan.CorrectableLayers(network));
        Assert.True(plan.FactorsOf(network)["first"].BiasCorrection.IsEmpty);
        Assert.Equal(4, plan.FactorsOf(network)["second"].BiasCorrection.Length);
    }

    [Fact]
    public void ThePlan_SaysSoOnlyWhereItIs()
    {
        OnnxModel network = Network(rectified: true, n => n.WithList("pads", 1, 1, 1, 1));
        GdwsPlan plan = Planner.WithKernelsPerChannel(Spectra.Of(network), 1, always: true);

        Assert.DoesNotContain("bias_correction", plan.ToJson(), StringComparison.Ordinal);
        Assert.True(GdwsPlan.FromJson((plan with { BiasCorrection = true }).ToJson()).BiasCorrection);
    }

    /// <summary>Image [2, 6, 5] → first (2→3) → BN → maybe ReLU → second (3→4) → mean.</summary>
    private static OnnxModel Network(bool rectified, Action<NodeProto> second)
    {
        TestNetwork network = new TestNetwork(17, 1, 2, 6, 5)
            .Weight("first.weight", 3, 2, 3, 3)
            .Node("Conv", "a", ["images", "first.weight"], n => n.WithList("pads", 1, 1, 1, 1))
            .Weight("bn.weight", 3)
            .Weight("bn.bias", 3)
            .Weight("bn.mean", 3)
            .Change(model => model.Graph.Initializer.Add(OnnxTensor.Create("bn.var", [3], [0.5f, 1f, 2f])))
            .Node("BatchNormalization", "n", ["a", "bn.weight", "bn.bias", "bn.mean", "bn.var"]);
        if (rectified)
            network = network.Node("Relu", "r", ["n"]);
        return network.Weight("second.weight", 4, 3, 3, 3)
            .Node("Conv", "b", [rectified ? "r" : "n", "second.weight"], second)
            .Node("GlobalAveragePool", "m", ["b"])
            .Node("Flatten", "logits", ["m"])
            .Build("logits");
    }
}
