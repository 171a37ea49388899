namespace Gdws.Torch.Attacks;

/// <summary>What an attacker may do to an image: any change within the norm's ball that leaves every value in [0,1].</summary>
public sealed record ThreatModel
{
    /// <summary>Makes a threat model.</summary>
    /// <param name="norm">The norm.</param>
    /// <param name="epsilon">The radius ε in pixel units, at least 0, e.g. 8.0 / 255 for <see cref="Norm.Linf"/>, 0.5 for <see cref="Norm.L2"/>.</param>
    /// <exception cref="GdwsException">ε is negative or no number.</exception>
    public ThreatModel(Norm norm, double epsilon)
    {
        if (!double.IsFinite(epsilon) || epsilon < 0)
            throw new GdwsException($"epsilon must be at least 0, found {epsilon}");
        Norm = norm;
        Epsilon = epsilon;
    }

    /// <summary>The norm.</summary>
    public Norm Norm { get; }

    /// <summary>The radius ε in pixel units.</summary>
    public double Epsilon { get; }

    /// <summary>The norm's name on the command line: <c>linf</c>, <c>l2</c> or <c>l1</c>.</summary>
    public string NormName => Norm.ToString().ToLowerInvariant();

    /// <summary>The norm as its name says.</summary>
    /// <param name="name"><c>linf</c>, <c>l2</c> or <c>l1</c>.</param>
    /// <exception cref="GdwsException">It is another.</exception>
    public static Norm ParseNorm(string name) => name switch
    {
        "linf" => Norm.Linf,
        "l2" => Norm.L2,
        "l1" => Norm.L1,
        _ => throw new GdwsException($"unknown norm {name}: expected linf, l2 or l1"),
    };

    /// <summary>The size of a perturbation, computed in double precision.</summary>
    /// <param name="clean">The image.</param>
    /// <param name="perturbed">What became of it, as long.</param>
    public double Distance(ReadOnlySpan<float> clean, ReadOnlySpan<float> perturbed)
    {
        double sum = 0;
        for (int i = 0; i < clean.Length; i++)
        {
            double change = Math.Abs((double)perturbed[i] - clean[i]);
            sum = Norm switch
            {
                Norm.Linf => Math.Max(sum, change),
                Norm.L2 => sum + (change * change),
                _ => sum + change,
            };
        }

        return Norm == Norm.L2 ? Math.Sqrt(sum) : sum;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{NormName} {Epsilon}";
}
