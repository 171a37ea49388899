using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Gdws.Decomposition;

/// <summary>
/// Eigenvectors of four small symmetric matrices at once by the cyclic Jacobi method.
/// </summary>
/// <remarks>
/// A CPU adds and multiplies four doubles with one instruction where they lie side by side. Rather than cutting one 9×9 matrix into
/// fours, with a remainder in every row, each of the four lanes of a vector belongs to a matrix of its own:
/// <code>
///   a[i·n + j] = ( A⁰ᵢⱼ , A¹ᵢⱼ , A²ᵢⱼ , A³ᵢⱼ )
/// </code>
/// so the code reads like the scalar method and every lane does exactly what the scalar method would. Multiplications and additions
/// aren't fused, so that every machine gives the same bits.
/// Source: Golub and Van Loan, Matrix Computations, section 8.5 (the stable choice of the smaller rotation).
/// </remarks>
internal static class JacobiEigenSolver
{
    private const int MostSweeps = 40;

    // The sum of squares off the diagonal, relative to that of the diagonal, at which rounding is all that is left. Convergence is
    // quadratic: the sweep that gets here overshoots it by far.
    private const double Negligible = 1e-32;

    /// <summary>Diagonalises the matrices.</summary>
    /// <param name="a"><c>[n, n]</c>, symmetric; only the upper triangle is read. Afterwards the diagonal holds the eigenvalues.</param>
    /// <param name="vectors"><c>[n, n]</c>, receives the eigenvectors as rows: orthonormal, in the order of the diagonal.</param>
    /// <param name="n">The order of the matrices.</param>
    public static void Solve(Span<Vector256<double>> a, Span<Vector256<double>> vectors, int n)
    {
        vectors[..(n * n)].Clear();
        for (int i = 0; i < n; i++)
            vectors[(i * n) + i] = Vector256<double>.One;

        for (int sweep = 0; sweep < MostSweeps && !IsDiagonal(a, n); sweep++)
        {
            for (int p = 0; p < n - 1; p++)
            {
                for (int q = p + 1; q < n; q++)
                    Rotate(a, vectors, n, p, q);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsDiagonal(ReadOnlySpan<Vector256<double>> a, int n)
    {
        Vector256<double> off = Vector256<double>.Zero;
        Vector256<double> diagonal = Vector256<double>.Zero;
        for (int i = 0; i < n; i++)
        {
            diagonal += a[(i * n) + i] * a[(i * n) + i];
            for (int j = i + 1; j < n; j++)
                off += a[(i * n) + j] * a[(i * n) + j];
        }

        return Vector256.LessThanOrEqualAll(off, diagonal * Negligible);
    }

    /// <summary>Turns rows and columns p and q so that A_pq becomes zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rotate(Span<Vector256<double>> a, Span<Vector256<double>> vectors, int n, int p, int q)
    {
        Vector256<double> apq = a[(p * n) + q];
        Vector256<double> isZero = Vector256.Equals(apq, Vector256<double>.Zero);
        if (isZero.Equals(Vector256<double>.AllBitsSet))
            return;

        Vector256<double> theta = (a[(q * n) + q] - a[(p * n) + p]) / (apq + apq);
        Vector256<double> root = Vector256.Sqrt((theta * theta) + Vector256<double>.One);
        Vector256<double> size = Vector256<double>.One / (Vector256.Abs(theta) + root);
        Vector256<double> signed = Vector256.ConditionalSelect(Vector256.LessThan(theta, Vector256<double>.Zero), -size, size);
        Vector256<double> t = Vector256.ConditionalSelect(isZero, Vector256<double>.Zero, signed);
        Vector256<double> c = Vector256<double>.One / Vector256.Sqrt((t * t) + Vector256<double>.One);
        Vector256<double> s = t * c;

        a[(p * n) + p] -= t * apq;
        a[(q * n) + q] += t * apq;
        a[(p * n) + q] = Vector256<double>.Zero;
        for (int r = 0; r < p; r++)
            Turn(ref a[(r * n) + p], ref a[(r * n) + q], c, s);
        for (int r = p + 1; r < q; r++)
            Turn(ref a[(p * n) + r], ref a[(r * n) + q], c, s);
        for (int r = q + 1; r < n; r++)
            Turn(ref a[(p * n) + r], ref a[(q * n) + r], c, s);
        for (int k = 0; k < n; k++)
            Turn(ref vectors[(p * n) + k], ref vectors[(q * n) + k], c, s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(ref Vector256<double> x, ref Vector256<double> y, Vector256<double> c, Vector256<double> s)
    {
        Vector256<double> before = x;
        x = (c * before) - (s * y);
        y = (s * before) + (c * y);
    }
}
