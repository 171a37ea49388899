using Gdws.Decomposition;

namespace Gdws.Tests.Decomposition;

public sealed class LayerSpectrumTests
{
    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 64, 5, 3, 3 },
        { 9, 4, 3, 3 },
        { 8, 4, 3, 3 },
        { 1, 3, 3, 3 },
        { 2, 7, 2, 2 },
        { 40, 1, 5, 5 },
        { 20, 2, 5, 5 },
        { 60, 3, 7, 7 },
        { 30, 6, 7, 7 },
        { 12, 5, 3, 5 },
        { 12, 5, 1, 7 },
        { 16, 9, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Kernels_AreOrthonormal(int outputs, int inputs, int kernelHeight, int kernelWidth)
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(1, outputs, inputs, kernelHeight, kernelWidth);

        AssertOrthonormal(spectrum);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void AllComponents_ReproduceTheWeight(int outputs, int inputs, int kernelHeight, int kernelWidth)
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(2, outputs, inputs, kernelHeight, kernelWidth);

        float[] composed = GdwsFactors.Of(Mego.Select(spectrum, spectrum.Components)).Compose();

        Assert.True(RandomWeights.SquaredDistance(spectrum.Weight, composed) <= 1e-13 * RandomWeights.Squares(spectrum.Weight));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SingularValues_DescendAndHoldTheChannelsEnergy(int outputs, int inputs, int kernelHeight, int kernelWidth)
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(3, outputs, inputs, kernelHeight, kernelWidth);

        for (int c = 0; c < inputs; c++)
        {
            double[] values = spectrum.SingularValues(c).ToArray();
            Assert.Equal(values.OrderDescending(), values);
            double energy = ChannelMatrix(spectrum, c).Sum(row => row.Sum(x => x * x));
            Assert.Equal(energy, values.Sum(x => x * x), energy * 1e-13);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void TheImagesOfTheKernels_AreOrthogonalAndAsLongAsTheSingularValues(int outputs, int inputs, int kernelHeight, int kernelWidth)
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(4, outputs, inputs, kernelHeight, kernelWidth);

        for (int c = 0; c < inputs; c++)
        {
            double[][] matrix = ChannelMatrix(spectrum, c);
            double[] values = spectrum.SingularValues(c).ToArray();
            double[][] images = [.. Enumerable.Range(0, values.Length).Select(i => Image(matrix, spectrum.Kernel(c, i).ToArray()))];
            for (int i = 0; i < values.Length; i++)
            {
                for (int j = 0; j <= i; j++)
                    Assert.Equal(i == j ? values[i] * values[i] : 0, Dot(images[i], images[j]), values[0] * values[0] * 1e-13);
            }
        }
    }

    [Fact]
    public void ADiagonalChannel_HasItsEntriesAsSingularValues()
    {
        float[] weight = new float[4 * 4];
        (weight[0], weight[5], weight[10], weight[15]) = (1e-4f, -3, 2, 1e-6f);

        LayerSpectrum spectrum = LayerSpectrum.Of(weight, 4, 1, 2, 2);

        Assert.Equal([3, 2, 1e-4f, 1e-6f], spectrum.SingularValues(0).ToArray());
        Assert.Equal([0, 1, 0, 0], spectrum.Kernel(0, 0).ToArray());
    }

    [Theory]
    [InlineData(12)]
    [InlineData(5)]
    public void SmallSingularValues_KeepTheirDigits(int outputs)
    {
        // W = Σ σ_i u_i v_iᵀ with v from one random channel and u from another, σ over seven decades.
        LayerSpectrum left = LayerSpectrum.Of(RandomWeights.Normal(5, outputs * outputs), outputs, 1, 1, outputs);
        LayerSpectrum right = LayerSpectrum.Of(RandomWeights.Normal(6, 9 * 9), 9, 1, 3, 3);
        double[] expected = [100, 10, 1, 1e-3, 1e-5];
        float[] weight = new float[outputs * 9];
        for (int m = 0; m < outputs; m++)
        {
            for (int k = 0; k < 9; k++)
                weight[(m * 9) + k] = (float)expected.Select((s, i) => s * left.Kernel(0, i)[m] * right.Kernel(0, i)[k]).Sum();
        }

        double[] found = LayerSpectrum.Of(weight, outputs, 1, 3, 3).SingularValues(0).ToArray();

        // What rounding the weights to single precision leaves of the digits.
        double rounding = 100 * 6e-8 * 3;
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], rounding);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(3)]
    public void RankDeficientChannels_HaveExactZerosAndStillOrthonormalKernels(int outputs)
    {
        // Channel 0: rank one. Channel 1: zeros. Channel 2: rank two by repeated rows.
        float[] weight = new float[outputs * 3 * 4];
        for (int m = 0; m < outputs; m++)
        {
            for (int k = 0; k < 4; k++)
            {
                weight[(m * 12) + k] = (m + 1) * (k - 1.5f);
                weight[(m * 12) + 8 + k] = m % 2 == 0 ? 0.1f * k : 0.3f - (k * k);
            }
        }

        LayerSpectrum spectrum = LayerSpectrum.Of(weight, outputs, 3, 2, 2);

        Assert.Equal([1, 0, 2], Enumerable.Range(0, 3).Select(c => spectrum.SingularValues(c).ToArray().Count(s => s > 0)));
        AssertOrthonormal(spectrum);
        float[] composed = GdwsFactors.Of(Lego.Select(spectrum, 0)).Compose();
        Assert.True(RandomWeights.SquaredDistance(weight, composed) <= 1e-13 * RandomWeights.Squares(weight));
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(1e-38f)]
    [InlineData(1e30f)]
    public void TheScaleOfTheWeights_DoesNotMatter(float scale)
    {
        float[] weight = [.. RandomWeights.Normal(7, 16 * 3 * 9).Select(w => MathF.Round(w * 64) * scale)];

        LayerSpectrum spectrum = LayerSpectrum.Of(weight, 16, 3, 3, 3);

        AssertOrthonormal(spectrum);
        double energy = RandomWeights.Squares(weight);
        double found = Enumerable.Range(0, 3).Sum(c => spectrum.SingularValues(c).ToArray().Sum(s => s * s));
        Assert.Equal(1, found / energy, 1e-12);
    }

    [Fact]
    public void TheLargestElementOfEveryKernel_IsPositive()
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(8, 32, 6, 3, 3);

        for (int c = 0; c < spectrum.Inputs; c++)
        {
            for (int i = 0; i < spectrum.ComponentsPerChannel; i++)
                Assert.True(spectrum.Kernel(c, i).ToArray().MaxBy(Math.Abs) > 0);
        }
    }

    [Fact]
    public void ChannelsDoNotInfluenceEachOther()
    {
        float[] weight = RandomWeights.Normal(9, 32 * 6 * 9);
        LayerSpectrum whole = LayerSpectrum.Of(weight, 32, 6, 3, 3);

        for (int c = 0; c < 6; c++)
        {
            float[] alone = [.. Enumerable.Range(0, 32).SelectMany(m => weight.Skip(((m * 6) + c) * 9).Take(9))];
            LayerSpectrum spectrum = LayerSpectrum.Of(alone, 32, 1, 3, 3);
            for (int i = 0; i < 9; i++)
            {
                Assert.Equal(whole.SingularValues(c)[i], spectrum.SingularValues(0)[i], 1e-12);
                for (int k = 0; k < 9; k++)
                    Assert.Equal(whole.Kernel(c, i)[k], spectrum.Kernel(0, i)[k], 1e-9);
            }
        }
    }

    [Fact]
    public void TheSameWeight_GivesTheSameBits()
    {
        LayerSpectrum first = RandomWeights.Spectrum(10, 24, 37, 3, 3);
        LayerSpectrum second = RandomWeights.Spectrum(10, 24, 37, 3, 3);

        for (int c = 0; c < first.Inputs; c++)
        {
            Assert.True(first.SingularValues(c).SequenceEqual(second.SingularValues(c)));
            for (int i = 0; i < first.ComponentsPerChannel; i++)
                Assert.True(first.Kernel(c, i).SequenceEqual(second.Kernel(c, i)));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void AWeightThatIsNoNumber_IsRefusedWithItsPlace(float bad)
    {
        float[] weight = RandomWeights.Normal(11, 4 * 5 * 2 * 3);
        weight[(((2 * 5) + 4) * 6) + 5] = bad;

        GdwsException exception = Assert.Throws<GdwsException>(() => LayerSpectrum.Of(weight, 4, 5, 2, 3));

        Assert.Contains("[2, 4, 1, 2]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AShapeThatDoesNotFitTheWeights_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => LayerSpectrum.Of(new float[17], 2, 2, 2, 2));
        Assert.Throws<ArgumentException>(() => LayerSpectrum.Of(Array.Empty<float>(), int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => LayerSpectrum.Of(Array.Empty<float>(), 0, 1, 1, 1));
    }

    private static void AssertOrthonormal(LayerSpectrum spectrum)
    {
        for (int c = 0; c < spectrum.Inputs; c++)
        {
            for (int i = 0; i < spectrum.ComponentsPerChannel; i++)
            {
                for (int j = 0; j <= i; j++)
                    Assert.Equal(i == j ? 1 : 0, Dot(spectrum.Kernel(c, i), spectrum.Kernel(c, j)), 1e-12);
            }
        }
    }

    private static double[][] ChannelMatrix(LayerSpectrum spectrum, int channel)
    {
        double[][] matrix = new double[spectrum.Outputs][];
        for (int m = 0; m < matrix.Length; m++)
        {
            ReadOnlySpan<float> row = spectrum.Weight.Slice(((m * spectrum.Inputs) + channel) * spectrum.KernelSize, spectrum.KernelSize);
            matrix[m] = [.. row.ToArray().Select(x => (double)x)];
        }

        return matrix;
    }

    private static double[] Image(double[][] matrix, double[] vector) => [.. matrix.Select(row => Dot(row, vector))];

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
