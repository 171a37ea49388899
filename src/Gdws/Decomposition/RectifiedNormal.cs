namespace Gdws.Decomposition;

/// <summary>The mean of a normal number that goes through a rectifier.</summary>
internal static class RectifiedNormal
{
    // Beyond this the series needs many terms and Φ is 0 or 1 to double precision.
    private const double Far = 8;

    /// <summary>E max(0, β + γ n) for a standard normal n: |γ| φ(β/γ) + β Φ(β/|γ|).</summary>
    /// <param name="gamma">γ, e.g. the scale of a batch normalisation.</param>
    /// <param name="beta">β, its shift.</param>
    public static double Mean(double gamma, double beta)
    {
        double scale = Math.Abs(gamma);
        return scale == 0 || Math.Abs(beta) > Far * scale ? Math.Max(0, beta) : (scale * Density(beta / scale)) + (beta * Distribution(beta / scale));
    }

    private static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …), |x| ≤ 8.</summary>
    private static double Distribution(double x)
    {
        double term = x, sum = x;
        for (int k = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); k += 2)
            sum += term *= x * x / k;
        return 0.5 + (Density(x) * sum);
    }
}
