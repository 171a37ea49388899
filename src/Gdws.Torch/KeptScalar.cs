using System.Collections.Concurrent;

namespace Gdws.Torch;

/// <summary>
/// Numbers for libtorch that live as long as the program. TorchSharp makes an object for every number that an operation takes, the factor 1 of a plain sum
/// included, and doesn't keep it alive until libtorch has read it: a garbage collection on another thread in that moment frees it, and the operation fails
/// ("Expected false to be true") or computes something else. Loops that run for hours meet that moment, so what they do all the time takes its numbers from here.
/// </summary>
internal static class KeptScalar
{
    public static Scalar Zero { get; } = 0.0;

    public static Scalar One { get; } = 1.0;

    public static Scalar Least { get; } = 1e-300;

    private static ConcurrentDictionary<double, Scalar> Others { get; } = new();

    private static ConcurrentDictionary<long, Scalar> Whole { get; } = new();

    private static Scalar Factor { get; } = 1;

    private static Scalar Negative { get; } = -1;

    /// <summary>A setting of an attack; there are few different ones.</summary>
    public static Scalar Of(double value) => Others.GetOrAdd(value, number => number);

    /// <summary>A whole number, for tensors of such.</summary>
    public static Scalar Of(long value) => Whole.GetOrAdd(value, number => number);

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, Factor);

    /// <summary>a becomes a + b.</summary>
    public static Tensor Increase(this Tensor a, Tensor b) => a.add_(b, Factor);

    /// <summary>a becomes a + factor · b; of factors that are seldom the same twice, which aren't kept.</summary>
    public static Tensor Increase(this Tensor a, Tensor b, double factor)
    {
        using Scalar number = factor;
        return a.add_(b, number);
    }

    /// <summary>a becomes a + number.</summary>
    public static Tensor Increase(this Tensor a, double number)
    {
        using Scalar scalar = number;
        return a.add_(scalar);
    }

    /// <summary>a becomes a · number.</summary>
    public static Tensor Scale(this Tensor a, double number)
    {
        using Scalar scalar = number;
        return a.mul_(scalar);
    }

    /// <summary>a / number.</summary>
    public static Tensor Over(this Tensor a, double number)
    {
        using Scalar scalar = number;
        return a.div(scalar);
    }

    /// <summary>a + factor · b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b, double factor)
    {
        using Scalar number = factor;
        return a.add(b, number);
    }

    /// <summary>a − b.</summary>
    public static Tensor Minus(this Tensor a, Tensor b) => a.add(b, Negative);
}
