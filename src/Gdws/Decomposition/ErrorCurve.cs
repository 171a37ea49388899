using System.Collections.Immutable;

namespace Gdws.Decomposition;

/// <summary>The error of one layer by the number of kernels it keeps, known at some numbers; between them its logarithm is taken as linear.</summary>
public sealed class ErrorCurve
{
    private readonly double[] _logarithms;

    /// <summary>Creates the curve.</summary>
    /// <param name="kernels">Numbers of kernels, ascending, at least 0 and at least one of them.</param>
    /// <param name="errors">The error at each, finite and at least 0. An error above that of fewer kernels counts as the latter: kernels can't do harm.</param>
    /// <exception cref="ArgumentException">The lists don't fit together or aren't in order.</exception>
    public ErrorCurve(IReadOnlyList<int> kernels, IReadOnlyList<double> errors)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(errors);
        if (kernels.Count == 0 || kernels.Count != errors.Count)
            throw new ArgumentException($"{kernels.Count} numbers of kernels and {errors.Count} errors make no curve", nameof(errors));
        Kernels = [.. kernels];
        double[] falling = [.. errors];
        for (int i = 0; i < falling.Length; i++)
        {
            if (kernels[i] < 0 || (i > 0 && kernels[i] <= kernels[i - 1]))
                throw new ArgumentException($"numbers of kernels must ascend from 0, found {kernels[i]} at {i}", nameof(kernels));
            if (!(falling[i] >= 0 && double.IsFinite(falling[i])))
                throw new ArgumentException($"errors must be finite and at least 0, found {falling[i]} at {i}", nameof(errors));
            if (i > 0)
                falling[i] = Math.Min(falling[i], falling[i - 1]);
        }

        Errors = [.. falling];

        // The logarithm of nothing: far below what can matter beside the largest.
        double least = Math.Max(falling[0], double.Epsilon) * 1e-12;
        _logarithms = [.. falling.Select(error => Math.Log(Math.Max(error, Math.Max(least, 1e-300))))];
    }

    /// <summary>The numbers of kernels at which the error is known, ascending.</summary>
    public ImmutableArray<int> Kernels { get; }

    /// <summary>The errors there, not ascending.</summary>
    public ImmutableArray<double> Errors { get; }

    /// <summary>The fewest kernels.</summary>
    public int Fewest => Kernels[0];

    /// <summary>The most kernels.</summary>
    public int Most => Kernels[^1];

    /// <summary>The error with so many kernels.</summary>
    /// <param name="kernels">From <see cref="Fewest"/> to <see cref="Most"/>; beyond, the error at that end.</param>
    public double At(int kernels)
    {
        int place = Kernels.BinarySearch(kernels);
        if (place >= 0)
            return Errors[place];
        int next = ~place;
        if (next == 0)
            return Errors[0];
        if (next == Kernels.Length)
            return Errors[^1];
        double share = (double)(kernels - Kernels[next - 1]) / (Kernels[next] - Kernels[next - 1]);
        return Math.Exp(((1 - share) * _logarithms[next - 1]) + (share * _logarithms[next]));
    }
}
