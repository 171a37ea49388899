using Gdws.Decomposition;

namespace Gdws.Tests.Decomposition;

public sealed class MegoAndLegoTests
{
    public static TheoryData<int, int, int, int, bool> SmallLayers()
    {
        TheoryData<int, int, int, int, bool> layers = [];
        for (int seed = 0; seed < 12; seed++)
        {
            layers.Add(seed, 5, 3, 2, seed % 2 == 0);
            layers.Add(seed, 4, 3, 2, seed % 3 == 0);
            layers.Add(seed, 2, 6, 2, seed % 2 == 1);
            layers.Add(seed, 1, 11, 3, true);
        }

        return layers;
    }

    [Theory]
    [MemberData(nameof(SmallLayers))]
    public void Mego_HasTheSmallestErrorOfAllSubsetsOfItsSize(int seed, int outputs, int inputs, int kernel, bool withZeros)
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(seed, outputs, inputs, kernel, kernel);
        float[] sensitivity = RandomWeights.Sensitivity(seed, inputs, withZeros);
        double[] least = BruteForce.LeastErrors(spectrum, sensitivity);

        for (int kernels = 0; kernels <= spectrum.Components; kernels++)
        {
            Selection selection = Mego.Select(spectrum, kernels, sensitivity);

            Assert.Equal(kernels, selection.Kernels);
            Assert.Equal(least[kernels], selection.WeightedError, least[0] * 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(SmallLayers))]
    public void Lego_HasTheFewestKernelsOfAllSubsetsWithinTheError(int seed, int outputs, int inputs, int kernel, bool withZeros)
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(seed, outputs, inputs, kernel, kernel);
        float[] sensitivity = RandomWeights.Sensitivity(seed, inputs, withZeros);
        double[] least = BruteForce.LeastErrors(spectrum, sensitivity);
        Random random = new(seed);

        for (int round = 0; round < 40; round++)
        {
            double beta = least[0] * random.NextDouble() * random.NextDouble() * 1.1;
            Selection selection = Lego.Select(spectrum, beta, sensitivity);

            Assert.Equal(Array.FindIndex(least, error => error <= beta), selection.Kernels);
            Assert.True(selection.WeightedError <= beta * (1 + 1e-12));
        }
    }

    [Theory]
    [InlineData(16, 8, 3, 3)]
    [InlineData(4, 8, 3, 3)]
    [InlineData(12, 6, 2, 5)]
    public void ThePredictedError_IsTheErrorOfTheComposedWeight(int outputs, int inputs, int kernelHeight, int kernelWidth)
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(3, outputs, inputs, kernelHeight, kernelWidth);
        float[] sensitivity = RandomWeights.Sensitivity(4, inputs, withZeros: true);

        // Factors are stored in single precision, which leaves (6e-8)² of the energy even where nothing is dropped.
        double rounding = 1e-13 * RandomWeights.Squares(spectrum.Weight);
        for (int kernels = 0; kernels <= spectrum.Components; kernels += 3)
        {
            Selection selection = Mego.Select(spectrum, kernels, sensitivity);
            double recomputed = GdwsFactors.Of(selection).WeightedError(spectrum.Weight, sensitivity);

            Assert.Equal(selection.WeightedError, recomputed, (selection.WeightedError * 1e-5) + rounding);
        }
    }

    [Fact]
    public void NoOtherChoiceOfKernels_BeatsMego()
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(5, 20, 12, 3, 3);
        float[] sensitivity = RandomWeights.Sensitivity(6, 12, withZeros: true);
        Random random = new(7);

        for (int round = 0; round < 300; round++)
        {
            int[] counts = [.. Enumerable.Range(0, 12).Select(_ => random.Next(10))];
            Selection other = new(spectrum, counts, sensitivity);

            Assert.True(Mego.Select(spectrum, other.Kernels, sensitivity).WeightedError <= other.WeightedError * (1 + 1e-12));
        }
    }

    [Fact]
    public void WithoutError_LegoDropsOnlyWhatIsWorthNothing()
    {
        float[] weight = RandomWeights.Normal(8, 10 * 4 * 4);
        for (int m = 0; m < 10; m++)
            Array.Clear(weight, (m * 16) + 4, 4);
        LayerSpectrum spectrum = LayerSpectrum.Of(weight, 10, 4, 2, 2);

        Assert.Equal([4, 0, 4, 4], Lego.Select(spectrum, 0).KernelsPerChannel);
        Assert.Equal([4, 0, 0, 4], Lego.Select(spectrum, 0, [1, 1, 0, 2]).KernelsPerChannel);
    }

    [Theory]
    [InlineData(1.001)]
    [InlineData(double.PositiveInfinity)]
    public void ABoundAboveTheTotal_LeavesNoKernel(double factor)
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(9, 6, 5, 3, 3);

        Selection selection = Lego.Select(spectrum, RandomWeights.Squares(spectrum.Weight) * factor);

        Assert.Equal(0, selection.Kernels);
        Assert.Equal(RandomWeights.Squares(spectrum.Weight), selection.WeightedError, 1e-9);
    }

    [Fact]
    public void MoreKernelsThanThereAre_AreAllOfThem()
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(10, 6, 5, 3, 3);

        Selection selection = Mego.Select(spectrum, int.MaxValue);

        Assert.Equal(5 * 6, selection.Kernels);
        Assert.Equal(0, selection.WeightedError);
    }

    [Fact]
    public void EqualGains_KeepTheLowerChannelAndThenTheLowerComponent()
    {
        // Every channel is the identity: all gains are 1.
        float[] weight = new float[4 * 3 * 4];
        for (int m = 0; m < 4; m++)
        {
            for (int c = 0; c < 3; c++)
                weight[(m * 12) + (c * 4) + m] = 1;
        }

        LayerSpectrum spectrum = LayerSpectrum.Of(weight, 4, 3, 2, 2);

        Assert.Equal([4, 2, 0], Mego.Select(spectrum, 6).KernelsPerChannel);
        Assert.Equal([4, 2, 0], Lego.Select(spectrum, 6).KernelsPerChannel);
        Assert.Equal([4, 3, 0], Lego.Select(spectrum, 5.999).KernelsPerChannel);
    }

    [Fact]
    public void ManyEqualGains_AreKeptInTheSameOrder()
    {
        // So many that a sort which doesn't mind the order of equals would mix them up.
        float[] weight = [.. Enumerable.Range(0, 4 * 100 * 4).Select(i => i / 400 == i % 4 ? 1f : 0f)];
        LayerSpectrum spectrum = LayerSpectrum.Of(weight, 4, 100, 2, 2);

        int[] expected = [.. Enumerable.Repeat(4, 50), 3, .. Enumerable.Repeat(0, 49)];
        Assert.Equal(expected, Mego.Select(spectrum, 203).KernelsPerChannel);
        Assert.Equal(expected, Lego.Select(spectrum, 197).KernelsPerChannel);
    }

    [Fact]
    public void AScaledSensitivityAndBound_ChooseTheSame()
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(11, 20, 12, 3, 3);
        float[] sensitivity = RandomWeights.Sensitivity(12, 12, withZeros: true);
        float[] scaled = [.. sensitivity.Select(a => a * 1024)];

        Assert.Equal(Lego.Select(spectrum, 50, sensitivity).KernelsPerChannel, Lego.Select(spectrum, 50 * 1024, scaled).KernelsPerChannel);
    }

    [Theory]
    [InlineData(-0.001)]
    [InlineData(double.NaN)]
    public void AnImpossibleBound_IsRefused(double beta)
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(13, 4, 2, 2, 2);

        GdwsException exception = Assert.Throws<GdwsException>(() => Lego.Select(spectrum, beta));

        Assert.Contains("beta", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void AnImpossibleSensitivity_IsRefusedWithItsChannel(float bad)
    {
        LayerSpectrum spectrum = RandomWeights.Spectrum(14, 4, 2, 2, 2);

        GdwsException exception = Assert.Throws<GdwsException>(() => Lego.Select(spectrum, 1, [1, bad]));

        Assert.Contains("channel 1", exception.Message, StringComparison.Ordinal);
        Assert.Throws<GdwsException>(() => Mego.Select(spectrum, 1, [1, bad]));
        Assert.Throws<GdwsException>(() => Mego.Select(spectrum, 1, [1, 1, 1]));
        Assert.Throws<GdwsException>(() => Mego.Select(spectrum, -1));
    }
}
