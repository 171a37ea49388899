using System.Runtime.InteropServices;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Execution.Engine.Steps;

/// <summary>Weights where they are: an array, or the bytes of a network's tensor, which needn't be copied to be packed.</summary>
internal sealed class WeightValues
{
    private readonly float[] _values = [];
    private readonly ReadOnlyMemory<byte> _bytes;

    public WeightValues(float[] values) => _values = values;

    private WeightValues(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>No weights.</summary>
    public static WeightValues None { get; } = new([]);

    public ReadOnlySpan<float> Span => _bytes.IsEmpty ? _values : MemoryMarshal.Cast<byte, float>(_bytes.Span);

    /// <summary>The values of a tensor; copied only where they have to be converted.</summary>
    /// <exception cref="GdwsException">The type isn't numeric, or there are more or fewer elements than the shape says.</exception>
    public static WeightValues Of(TensorProto tensor)
    {
        bool isReady = tensor.HasRawData && tensor.DataType == (int)DataType.Float && BitConverter.IsLittleEndian
            && tensor.RawData.Length == (long)tensor.Length() * sizeof(float);
        return isReady ? new WeightValues(tensor.RawData.Memory) : new WeightValues(tensor.ToSingles());
    }
}
