namespace Gdws.Torch.Attacks;

/// <summary>Random numbers of one image at one restart: the same whatever batch the image is in and whatever the others do (SplitMix64).</summary>
internal struct ImageRandom
{
    private ulong _state;

    public ImageRandom(int seed, int image, int restart)
    {
        _state = (uint)seed;
        _state = Next() ^ (uint)image;
        _state = Next() ^ (uint)restart;
    }

    /// <summary>In [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Mean 0, variance 1 (Box and Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>Mean 0, density e^−|x| / 2.</summary>
    public double Laplace()
    {
        double u = Uniform() - 0.5;
        return -Math.Sign(u) * Math.Log(Math.Max(1 - (2 * Math.Abs(u)), double.Epsilon));
    }

    /// <summary>A whole number from 0 to <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)(Uniform() * count);

    /// <summary>−1 or 1.</summary>
    public int Sign() => (Next() >> 63) == 0 ? -1 : 1;

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
