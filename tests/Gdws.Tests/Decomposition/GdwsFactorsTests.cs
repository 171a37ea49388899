using Gdws.Decomposition;

namespace Gdws.Tests.Decomposition;

public sealed class GdwsFactorsTests
{
    [Fact]
    public void Kernels_AreOfLengthOneAndTheirChannelsAscend()
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(1, 16, 6, 3, 3);

        GdwsFactors factors = GdwsFactors.Of(new Selection(spectrum, [2, 0, 9, 1, 0, 3]));

        Assert.Equal([0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 5, 5, 5], factors.ChannelMap);
        for (int g = 0; g < factors.Kernels; g++)
            Assert.Equal(1, RandomWeights.Squares(factors.Depthwise.Slice(g * 9, 9)), 1e-6);
    }

    [Fact]
    public void PointwiseColumns_CarryTheSingularValues()
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(2, 16, 6, 3, 3);

        GdwsFactors factors = GdwsFactors.Of(Mego.Select(spectrum, 20));

        int[] next = new int[6];
        for (int g = 0; g < 20; g++)
        {
            int channel = factors.ChannelMap[g];
            float[] column = [.. Enumerable.Range(0, 16).Select(m => factors.Pointwise[(m * 20) + g])];
            Assert.Equal(spectrum.SingularValues(channel)[next[channel]++], Math.Sqrt(RandomWeights.Squares(column)), 1e-5);
        }
    }

    [Fact]
    public void WithoutKernels_TheLayerIsZero()
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(3, 4, 3, 3, 3);

        GdwsFactors factors = GdwsFactors.Of(Mego.Select(spectrum, 0));

        Assert.All(factors.Compose(), value => Assert.Equal(0, value));
        Assert.Equal(RandomWeights.Squares(spectrum.Weight), factors.WeightedError(spectrum.Weight), 1e-9);
    }

    [Fact]
    public void FactorsThatDoNotFitTogether_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new GdwsFactors(2, 2, 1, 2, [0, 1], new float[3], new float[4]));
        Assert.Throws<ArgumentException>(() => new GdwsFactors(2, 2, 1, 2, [0, 1], new float[4], new float[3]));
        Assert.Throws<ArgumentException>(() => new GdwsFactors(2, 2, 1, 2, [0, 2], new float[4], new float[4]));
        Assert.Throws<ArgumentException>(() => new GdwsFactors(2, 2, 1, 2, [1, 0], new float[4], new float[4]));
        Assert.Throws<ArgumentException>(() => new GdwsFactors(2, 2, 1, 2, [0, 1], new float[4], new float[4], new float[3]));
    }

    [Theory]
    [InlineData(0, 73)]
    [InlineData(1, 73)]
    [InlineData(96, 7008)]
    public void Complexity_IsThatOfThePaper(int kernels, long expected)
    {
        Assert.Equal(expected, Complexity.Gdws(kernels, 64, 9));
        Assert.Equal(64L * 64 * 9, Complexity.Dense(64, 64, 9));
    }
}
