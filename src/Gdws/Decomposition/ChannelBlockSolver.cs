using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Gdws.Decomposition;

/// <summary>
/// Singular values and right singular vectors of four neighbouring channel matrices at once.
/// </summary>
/// <remarks>
/// A weight <c>[M, C, K_h, K_w]</c> lies in memory row by row, so the channel matrix W_c is a strided slice of it:
/// <code>
///   output 0:  | channel 0: K² taps | channel 1 | channel 2 | … | channel C−1 |
///   output 1:  | channel 0: K² taps | …
///   W_c [M, K²] = the c-th field of every line
/// </code>
/// The fields of four channels are neighbours: they are copied together into four lanes (see <see cref="JacobiEigenSolver"/>), once.
/// With x a sample (a row of W_c, or a column where M &lt; K²), A = Σ x xᵀ is accumulated on the smaller side, n = min(M, K²), and its
/// eigenvectors V found. A squares the singular values and so keeps only half of the digits of small ones; these are therefore taken
/// from ‖V x‖ summed over the samples instead of from the eigenvalues. On the smaller side M, V x are the singular vectors wanted.
/// <para>
/// A network is decomposed once in the life of a process, before the runtime would have found out which loops are hot; these are
/// therefore compiled at full strength from the start.
/// </para>
/// </remarks>
internal sealed class ChannelBlockSolver
{
    /// <summary>The number of channels solved together.</summary>
    public const int Lanes = 4;

    // Below this, relative to the channel's largest, a singular value is rounding: single-precision weights carry 6e-8.
    private const double Negligible = 1e-10;

    private readonly int _outputs;
    private readonly int _inputs;
    private readonly int _taps;
    private readonly int _n;
    private readonly int _samples;
    private readonly bool _samplesAreOutputs;
    private readonly Vector256<double>[] _x;
    private readonly Vector256<double>[] _gram;
    private readonly Vector256<double>[] _vectors;
    private readonly Vector256<double>[] _images;
    private readonly Vector256<double>[] _squares;
    private readonly double[] _values;
    private readonly int[] _order;

    public ChannelBlockSolver(int outputs, int inputs, int taps)
    {
        _outputs = outputs;
        _inputs = inputs;
        _taps = taps;
        _samplesAreOutputs = outputs >= taps;
        _n = Math.Min(outputs, taps);
        _samples = Math.Max(outputs, taps);
        _x = new Vector256<double>[(long)_samples * _n];
        _gram = new Vector256<double>[_n * _n];
        _vectors = new Vector256<double>[_n * _n];
        _images = new Vector256<double>[_samplesAreOutputs ? _n : _samples * _n];
        _squares = new Vector256<double>[_n];
        _values = new double[_n];
        _order = new int[_n];
    }

    /// <summary>Solves the channels from <paramref name="first"/> on, four or what is left.</summary>
    /// <param name="weight"><c>[M, C, K²]</c>.</param>
    /// <param name="first">The first channel.</param>
    /// <param name="singularValues"><c>[C, n]</c>, receives those channels' values, descending.</param>
    /// <param name="kernels"><c>[C, n, K²]</c>, receives those channels' right singular vectors.</param>
    /// <returns>Whether all weights of the channels are finite; if not, nothing is written.</returns>
    public bool Solve(ReadOnlySpan<float> weight, int first, Span<double> singularValues, Span<double> kernels)
    {
        int channels = Math.Min(Lanes, _inputs - first);
        Load(weight, first, channels);
        Accumulate();
        if (!IsFinite())
            return false;

        JacobiEigenSolver.Solve(_gram, _vectors, _n);
        Project();
        for (int lane = 0; lane < channels; lane++)
        {
            int channel = first + lane;
            Sort(lane);
            Span<double> values = singularValues.Slice(channel * _n, _n);
            Span<double> vectors = kernels.Slice(channel * _n * _taps, _n * _taps);
            Write(lane, values, vectors);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Load(ReadOnlySpan<float> weight, int first, int channels)
    {
        for (int m = 0; m < _outputs; m++)
        {
            ReadOnlySpan<float> fields = weight.Slice(((m * _inputs) + first) * _taps, channels * _taps);
            for (int k = 0; k < _taps; k++)
            {
                Vector256<double> x = channels == Lanes
                    ? Vector256.Create((double)fields[k], fields[_taps + k], fields[(2 * _taps) + k], fields[(3 * _taps) + k])
                    : LoadSome(fields, k, channels);
                _x[_samplesAreOutputs ? (m * _n) + k : (k * _n) + m] = x;
            }
        }
    }

    private Vector256<double> LoadSome(ReadOnlySpan<float> fields, int tap, int channels)
    {
        Vector256<double> x = Vector256<double>.Zero;
        for (int lane = 0; lane < channels; lane++)
            x = x.WithElement(lane, fields[(lane * _taps) + tap]);
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Accumulate()
    {
        Span<Vector256<double>> gram = _gram;
        gram.Clear();
        for (int sample = 0; sample < _samples; sample++)
        {
            ReadOnlySpan<Vector256<double>> x = _x.AsSpan(sample * _n, _n);
            for (int i = 0; i < x.Length; i++)
            {
                Vector256<double> xi = x[i];
                Span<Vector256<double>> row = gram.Slice(i * _n, _n);
                for (int j = i; j < x.Length; j++)
                    row[j] += xi * x[j];
            }
        }
    }

    /// <summary>Squares of finite single-precision numbers can't overflow a double, so the diagonal tells.</summary>
    private bool IsFinite()
    {
        Vector256<double> trace = Vector256<double>.Zero;
        for (int i = 0; i < _n; i++)
            trace += _gram[(i * _n) + i];
        return double.IsFinite(Vector256.Sum(trace));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Project()
    {
        Span<Vector256<double>> squares = _squares;
        squares.Clear();
        for (int sample = 0; sample < _samples; sample++)
        {
            ReadOnlySpan<Vector256<double>> x = _x.AsSpan(sample * _n, _n);
            Span<Vector256<double>> image = _images.AsSpan(_samplesAreOutputs ? 0 : sample * _n, _n);
            for (int i = 0; i < image.Length; i++)
            {
                ReadOnlySpan<Vector256<double>> vector = _vectors.AsSpan(i * _n, _n);
                Vector256<double> sum = Vector256<double>.Zero;
                for (int j = 0; j < vector.Length; j++)
                    sum += vector[j] * x[j];
                image[i] = sum;
                squares[i] += sum * sum;
            }
        }
    }

    private void Sort(int lane)
    {
        for (int i = 0; i < _n; i++)
        {
            _values[i] = Math.Sqrt(_squares[i][lane]);
            _order[i] = i;
        }

        // Insertion sort: stable, and n is 9 as a rule.
        for (int i = 1; i < _n; i++)
        {
            int item = _order[i];
            int place = i;
            for (; place > 0 && _values[_order[place - 1]] < _values[item]; place--)
                _order[place] = _order[place - 1];
            _order[place] = item;
        }
    }

    private void Write(int lane, Span<double> values, Span<double> kernels)
    {
        double least = _values[_order[0]] * Negligible;
        for (int rank = 0; rank < _n; rank++)
        {
            int item = _order[rank];
            Span<double> kernel = kernels.Slice(rank * _taps, _taps);
            values[rank] = _values[item] > least ? _values[item] : 0;
            for (int k = 0; k < _taps; k++)
                kernel[k] = _samplesAreOutputs ? _vectors[(item * _n) + k][lane] : _images[(k * _n) + item][lane];
            if (!_samplesAreOutputs)
                Orthonormal.Append(kernels[..(rank * _taps)], kernel, isGiven: values[rank] > 0);
            Orthonormal.FixSign(kernel);
        }
    }
}
