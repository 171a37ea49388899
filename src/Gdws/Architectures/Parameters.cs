using System.Runtime.InteropServices;
using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Google.Protobuf;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Architectures;

/// <summary>
/// A checkpoint's tensors against what an architecture expects: every expectation is noted, and the differences are told at once.
/// </summary>
internal sealed class Parameters(StateDict state)
{
    private const int Listed = 10;

    /// <summary>No network is as wide; keeps the arithmetic on sizes from overflowing.</summary>
    private const int WidestLayer = 1 << 20;

    private readonly Dictionary<string, int[]> _expected = new(StringComparer.Ordinal);

    /// <summary>Name and shape of everything that was expected so far, in order.</summary>
    public IReadOnlyDictionary<string, int[]> Expected => _expected;

    /// <summary>The checkpoint.</summary>
    public StateDict State => state;

    /// <summary>Whether the checkpoint has a tensor of that name.</summary>
    public bool Has(string name) => state.Contains(name);

    /// <summary>Whether the checkpoint has a tensor whose name contains a text.</summary>
    public bool HasAny(string part) => state.Any(t => t.Name.Contains(part, StringComparison.Ordinal));

    /// <summary>The size of a tensor along an axis, or a usual value where there is no such tensor or axis.</summary>
    public int Dimension(string name, int axis, int usual) =>
        state.TryGet(name, out CheckpointTensor? tensor) && axis < tensor.Shape.Count && tensor.Shape[axis] is > 0 and <= WidestLayer
            ? tensor.Shape[axis]
            : usual;

    /// <summary>Notes that the network has a parameter.</summary>
    public void Expect(string name, params int[] shape) => _expected[name] = shape;

    /// <summary>Makes sure that the checkpoint has what was expected and nothing else.</summary>
    /// <exception cref="GdwsException">It doesn't; the message lists the differences.</exception>
    public void Require(string architecture, Func<string, bool> ignores)
    {
        List<string> problems = [];
        Report(problems, "missing", [.. _expected.Keys.Where(name => !state.Contains(name))]);
        Report(problems, "unexpected", [.. state.Select(t => t.Name).Where(name => !_expected.ContainsKey(name)
            && !name.EndsWith("num_batches_tracked", StringComparison.Ordinal) && !ignores(name))]);
        Report(problems, "of another shape", [.. _expected
            .Where(e => state.TryGet(e.Key, out CheckpointTensor? tensor) && !tensor.Shape.SequenceEqual(e.Value))
            .Select(e => $"{e.Key}: expected [{string.Join(", ", e.Value)}], found {state[e.Key].ShapeText}")]);
        if (problems.Count > 0)
            throw new GdwsException($"{state.Source}: doesn't fit {architecture}: {string.Join(", ", problems)}");
    }

    /// <summary>What was expected, as single-precision tensors of a model.</summary>
    /// <exception cref="GdwsException">A value isn't finite, or a tensor isn't of real numbers.</exception>
    public IEnumerable<TensorProto> ToInitializers() => _expected.Keys.Select(name => ToInitializer(state[name]));

    private TensorProto ToInitializer(CheckpointTensor tensor)
    {
        if (tensor.Type is not (ElementType.Float16 or ElementType.BFloat16 or ElementType.Float32 or ElementType.Float64))
            throw new GdwsException($"{state.Source}: {tensor.Name} holds {tensor.Type.Name()}, expected real numbers");
        long size = tensor.Length * tensor.Type.Size();
        if (tensor.Bytes.Length != size)
            throw new GdwsException($"{state.Source}: {tensor.Name} {tensor.ShapeText} needs {size:N0} bytes, found {tensor.Bytes.Length:N0}");

        ByteString bytes = Singles(tensor);
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(bytes.Span);
        bool variance = tensor.Name.EndsWith("running_var", StringComparison.Ordinal);
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]) || (variance && values[i] < 0))
            {
                string rule = float.IsFinite(values[i]) ? "a variance can't be below 0" : "parameters must be finite";
                throw new GdwsException($"{state.Source}: {tensor.Name}: value {i:N0} of {values.Length:N0} is {values[i]}; {rule}");
            }
        }

        TensorProto proto = new() { Name = tensor.Name, DataType = (int)DataType.Float, RawData = bytes };
        proto.Dims.Add(tensor.Shape.Select(d => (long)d));
        return proto;
    }

    /// <summary>Little-endian single precision; the checkpoint's own memory where it has that form already.</summary>
    private static ByteString Singles(CheckpointTensor tensor)
    {
        if (!BitConverter.IsLittleEndian)
            return OnnxTensor.Create(tensor.Name, tensor.Shape, tensor.ToSingles()).RawData;
        if (tensor.Type == ElementType.Float32)
            return UnsafeByteOperations.UnsafeWrap(tensor.Bytes);

        byte[] bytes = GC.AllocateUninitializedArray<byte>(checked((int)(tensor.Length * sizeof(float))));
        tensor.Type.ToSingles(tensor.Bytes.Span, MemoryMarshal.Cast<byte, float>(bytes.AsSpan()));
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static void Report(List<string> problems, string what, string[] items)
    {
        if (items.Length == 0)
            return;
        string more = items.Length > Listed ? ", …" : "";
        problems.Add($"{items.Length} {what} ({string.Join(", ", items.Take(Listed))}{more})");
    }
}
