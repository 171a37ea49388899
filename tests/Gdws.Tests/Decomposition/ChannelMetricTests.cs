using Gdws.Decomposition;

namespace Gdws.Tests.Decomposition;

public sealed class ChannelMetricTests
{
    private const int Outputs = 12;
    private const int Inputs = 5;
    private const int Taps = 9;
    private const double NoDamping = 1e-13;

    [Fact]
    public void TheErrorOfASelection_IsTheVarianceThatItAddsToTheOutputs()
    {
        Data data = new(1);
        double[] weights = [.. Enumerable.Range(1, Outputs).Select(m => m / 4.0)];
        LayerSpectrum spectrum = data.Spectrum(ChannelMetric.OfCovariance(data.Covariance(), Inputs, Taps, weights, NoDamping));
        Selection selection = Mego.Select(spectrum, 11);

        float[] composed = GdwsFactors.Of(selection).Compose();

        Assert.Equal(data.OutputVariance(data.Weight.Zip(composed, (w, q) => (double)w - q).ToArray(), weights), selection.WeightedError, 1e-5 * selection.WeightedError);
    }

    [Fact]
    public void NoOtherRankOneFormOfAChannel_HasASmallerError()
    {
        Data data = new(2);
        LayerSpectrum spectrum = data.Spectrum(ChannelMetric.OfCovariance(data.Covariance(), Inputs, Taps, damping: NoDamping));
        Selection selection = new(spectrum, [1, 1, 1, 1, 1]);
        GdwsFactors factors = GdwsFactors.Of(selection);
        Random random = new(3);

        for (int trial = 0; trial < 50; trial++)
        {
            float[] kernels = factors.Depthwise.ToArray(), columns = factors.Pointwise.ToArray();
            for (int i = 0; i < kernels.Length; i++)
                kernels[i] += 0.02f * (random.NextSingle() - 0.5f);
            for (int i = 0; i < columns.Length; i++)
                columns[i] *= 1 + (0.05f * (random.NextSingle() - 0.5f));
            float[] composed = new GdwsFactors(Outputs, Inputs, 3, 3, factors.ChannelMap, kernels, columns).Compose();
            double error = data.OutputVariance(data.Weight.Zip(composed, (w, q) => (double)w - q).ToArray());
            Assert.True(error >= selection.WeightedError * (1 - 1e-6));
        }
    }

    [Fact]
    public void WithAllComponents_TheWeightComesBack()
    {
        Data data = new(4);
        LayerSpectrum spectrum = data.Spectrum(ChannelMetric.OfCovariance(data.Covariance(), Inputs, Taps));

        float[] composed = GdwsFactors.Of(Mego.Select(spectrum, spectrum.Components)).Compose();

        Assert.All(data.Weight.Zip(composed), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void ACovarianceThatIsTheIdentity_GivesThePlainSpectrum()
    {
        Data data = new(5);
        double[] identity = [.. Enumerable.Range(0, Inputs * Taps * Taps).Select(i => i % (Taps * Taps) % (Taps + 1) == 0 ? 1.0 : 0)];
        LayerSpectrum plain = data.Spectrum(null);

        LayerSpectrum spectrum = data.Spectrum(ChannelMetric.OfCovariance(identity, Inputs, Taps, damping: NoDamping));

        for (int c = 0; c < Inputs; c++)
        {
            for (int i = 0; i < spectrum.ComponentsPerChannel; i++)
            {
                Assert.Equal(plain.SingularValues(c)[i], spectrum.SingularValues(c)[i], 1e-5);
                for (int k = 0; k < Taps; k++)
                    Assert.Equal(plain.Kernel(c, i)[k], spectrum.Kernel(c, i)[k], 1e-3);
            }
        }
    }

    [Fact]
    public void KernelsHaveLengthOne_AndTheirDualsPickThem()
    {
        Data data = new(6);
        LayerSpectrum spectrum = data.Spectrum(ChannelMetric.OfCovariance(data.Covariance(), Inputs, Taps));

        for (int i = 0; i < Taps; i++)
        {
            double length = 0;
            foreach (double value in spectrum.Kernel(2, i))
                length += value * value;
            Assert.Equal(1, length, 1e-9);
            for (int j = 0; j < Taps; j++)
            {
                double product = 0;
                for (int k = 0; k < Taps; k++)
                    product += spectrum.Kernel(2, i)[k] * spectrum.Dual(2, j)[k];
                Assert.Equal(i == j ? 1 : 0, product, i == j ? 1e-5 : 1e-1 * Math.Sqrt(Norm(spectrum.Dual(2, j))));
            }
        }

        static double Norm(ReadOnlySpan<double> vector)
        {
            double sum = 0;
            foreach (double value in vector)
                sum += value * value;
            return sum;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void WithFewerPatchesThanTaps_EverythingStaysFinite(int patches)
    {
        Data data = new(7, patches);
        LayerSpectrum spectrum = data.Spectrum(ChannelMetric.OfCovariance(data.Covariance(), Inputs, Taps));

        GdwsFactors factors = GdwsFactors.Of(Mego.Select(spectrum, 2 * Inputs));

        Assert.All(factors.Depthwise.ToArray().Concat(factors.Pointwise.ToArray()), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void ACovarianceThatIsNoNumber_IsRefused()
    {
        double[] blocks = new double[Inputs * Taps * Taps];
        blocks[0] = double.NaN;

        Assert.Contains("finite", Assert.Throws<GdwsException>(() => ChannelMetric.OfCovariance(blocks, Inputs, Taps)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOutputWithoutWeight_IsRefused()
    {
        double[] weights = [.. Enumerable.Repeat(1.0, Outputs - 1), 0];

        GdwsException exception = Assert.Throws<GdwsException>(() => ChannelMetric.OfCovariance(new Data(8).Covariance(), Inputs, Taps, weights));

        Assert.Contains($"output {Outputs - 1}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMetricOfAnotherLayer_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new Data(9).Spectrum(ChannelMetric.OfCovariance(new double[81], 1, 9)));

    /// <summary>A weight and patches of correlated taps.</summary>
    private sealed class Data
    {
        private readonly double[][] _patches;

        public Data(int seed, int patches = 400)
        {
            Random random = new(seed);
            Weight = [.. Enumerable.Range(0, Outputs * Inputs * Taps).Select(_ => random.NextSingle() - 0.5f)];
            _patches = [.. Enumerable.Range(0, patches).Select(_ =>
            {
                double[] patch = new double[Inputs * Taps];
                for (int c = 0; c < Inputs; c++)
                {
                    double common = random.NextDouble() * (c + 1);
                    for (int k = 0; k < Taps; k++)
                        patch[(c * Taps) + k] = common + (0.3 * random.NextDouble());
                }

                return patch;
            })];
        }

        public float[] Weight { get; }

        public LayerSpectrum Spectrum(ChannelMetric? metric) => LayerSpectrum.Of(Weight, Outputs, Inputs, 3, 3, metric);

        public double[] Covariance()
        {
            double[] blocks = new double[Inputs * Taps * Taps];
            for (int c = 0; c < Inputs; c++)
            {
                for (int i = 0; i < Taps * Taps; i++)
                    blocks[(c * Taps * Taps) + i] = Covariance((c * Taps) + (i / Taps), (c * Taps) + (i % Taps));
            }

            return blocks;
        }

        /// <summary>Σ_c Σ_m F_m Var((row m of E_c) x_c), patch by patch.</summary>
        public double OutputVariance(double[] error, double[]? weights = null)
        {
            double sum = 0;
            for (int m = 0; m < Outputs; m++)
            {
                for (int c = 0; c < Inputs; c++)
                {
                    double[] values = [.. _patches.Select(patch => Enumerable.Range(0, Taps).Sum(k => error[(((m * Inputs) + c) * Taps) + k] * patch[(c * Taps) + k]))];
                    double mean = values.Average();
                    sum += (weights?[m] ?? 1) * values.Average(value => (value - mean) * (value - mean));
                }
            }

            return sum;
        }

        private double Covariance(int i, int j)
        {
            if (_patches.Length == 0)
                return 0;
            double first = _patches.Average(patch => patch[i]), second = _patches.Average(patch => patch[j]);
            return _patches.Average(patch => (patch[i] - first) * (patch[j] - second));
        }
    }
}
