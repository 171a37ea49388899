using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Gdws.Onnx.Schema;
using Google.Protobuf;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Onnx;

/// <summary>Converts between the tensors of a model and plain arrays.</summary>
public static class OnnxTensor
{
    /// <summary>The shape.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="GdwsException">A dimension is negative or the product overflows.</exception>
    public static int[] Shape(this TensorProto tensor)
    {
        _ = tensor.Length();
        return [.. tensor.Dims.Select(d => (int)d)];
    }

    /// <summary>The number of elements that the dimensions say.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="GdwsException">A dimension is negative or the product overflows.</exception>
    public static int Length(this TensorProto tensor)
    {
        long length = 1;
        foreach (long dimension in tensor.Dims)
        {
            if (dimension < 0 || dimension > int.MaxValue || (length *= dimension) > int.MaxValue)
                throw new GdwsException($"tensor {tensor.Name}: impossible shape [{string.Join(", ", tensor.Dims)}]");
        }

        return (int)length;
    }

    /// <summary>The elements in single precision, whatever type they are stored in.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <returns>Row-major elements of <see cref="Shape"/>.</returns>
    /// <exception cref="GdwsException">The type isn't numeric, or there are more or fewer elements than the shape says.</exception>
    public static float[] ToSingles(this TensorProto tensor)
    {
        int length = tensor.Length();
        if (tensor.HasRawData)
        {
            ElementType type = StoredType(tensor);
            RequireCount(tensor, tensor.RawData.Length, (long)length * type.Size(), "bytes");
            float[] values = new float[length];
            type.ToSingles(tensor.RawData.Span, values);
            return values;
        }

        switch ((DataType)tensor.DataType)
        {
            case DataType.Float:
                RequireCount(tensor, tensor.FloatData.Count, length, "values");
                return [.. tensor.FloatData];
            case DataType.Double:
                RequireCount(tensor, tensor.DoubleData.Count, length, "values");
                return [.. tensor.DoubleData.Select(v => (float)v)];
            case DataType.Int64:
                RequireCount(tensor, tensor.Int64Data.Count, length, "values");
                return [.. tensor.Int64Data.Select(v => (float)v)];
            case DataType.Float16:
                RequireCount(tensor, tensor.Int32Data.Count, length, "values");
                return [.. tensor.Int32Data.Select(v => (float)BitConverter.UInt16BitsToHalf((ushort)v))];
            case DataType.Bfloat16:
                RequireCount(tensor, tensor.Int32Data.Count, length, "values");
                return [.. tensor.Int32Data.Select(v => BitConverter.UInt32BitsToSingle((uint)(ushort)v << 16))];
            default:
                _ = StoredType(tensor);
                RequireCount(tensor, tensor.Int32Data.Count, length, "values");
                return [.. tensor.Int32Data.Select(v => (float)v)];
        }
    }

    /// <summary>The elements of an integer tensor (shapes, axes, indices).</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="GdwsException">The tensor isn't of integers, or there are more or fewer elements than the shape says.</exception>
    public static long[] ToIntegers(this TensorProto tensor)
    {
        int length = tensor.Length();
        DataType type = (DataType)tensor.DataType;
        if (type is not (DataType.Int64 or DataType.Int32))
            throw new GdwsException($"tensor {tensor.Name}: expected integers, found {type.ToString().ToLowerInvariant()}");

        if (!tensor.HasRawData)
        {
            long[] values = type == DataType.Int64 ? [.. tensor.Int64Data] : [.. tensor.Int32Data.Select(v => (long)v)];
            RequireCount(tensor, values.Length, length, "values");
            return values;
        }

        int size = type == DataType.Int64 ? 8 : 4;
        RequireCount(tensor, tensor.RawData.Length, (long)length * size, "bytes");
        ReadOnlySpan<byte> bytes = tensor.RawData.Span;
        long[] result = new long[length];
        for (int i = 0; i < length; i++)
        {
            ReadOnlySpan<byte> element = bytes.Slice(i * size, size);
            result[i] = size == 8 ? BinaryPrimitives.ReadInt64LittleEndian(element) : BinaryPrimitives.ReadInt32LittleEndian(element);
        }

        return result;
    }

    /// <summary>Makes a single-precision tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">Row-major elements.</param>
    public static TensorProto Create(string name, IEnumerable<int> shape, ReadOnlySpan<float> values)
    {
        TensorProto tensor = new() { Name = name, DataType = (int)DataType.Float };
        tensor.Dims.Add(shape.Select(d => (long)d));
        tensor.RawData = LittleEndian(MemoryMarshal.AsBytes(values), sizeof(float));
        RequireCount(tensor, values.Length, tensor.Length(), "values");
        return tensor;
    }

    /// <summary>Makes a half-precision tensor, rounding to nearest.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">Row-major elements.</param>
    public static TensorProto CreateHalf(string name, IEnumerable<int> shape, ReadOnlySpan<float> values)
    {
        Half[] halves = new Half[values.Length];
        for (int i = 0; i < halves.Length; i++)
            halves[i] = (Half)values[i];

        TensorProto tensor = new() { Name = name, DataType = (int)DataType.Float16 };
        tensor.Dims.Add(shape.Select(d => (long)d));
        tensor.RawData = LittleEndian(MemoryMarshal.AsBytes<Half>(halves), 2);
        RequireCount(tensor, values.Length, tensor.Length(), "values");
        return tensor;
    }

    /// <summary>Makes a 64-bit integer tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">Row-major elements.</param>
    public static TensorProto Create(string name, IEnumerable<int> shape, ReadOnlySpan<long> values)
    {
        TensorProto tensor = new() { Name = name, DataType = (int)DataType.Int64 };
        tensor.Dims.Add(shape.Select(d => (long)d));
        tensor.RawData = LittleEndian(MemoryMarshal.AsBytes(values), sizeof(long));
        RequireCount(tensor, values.Length, tensor.Length(), "values");
        return tensor;
    }

    /// <summary>Checks that the tensor holds as many elements as its shape says; types that we don't compute with pass.</summary>
    internal static void RequireWhole(TensorProto tensor)
    {
        int length = tensor.Length();
        if (!tensor.HasRawData)
        {
            int found = tensor.FloatData.Count + tensor.Int32Data.Count + tensor.Int64Data.Count + tensor.DoubleData.Count
                + tensor.Uint64Data.Count + tensor.StringData.Count;
            bool isComplex = (DataType)tensor.DataType is DataType.Complex64 or DataType.Complex128;
            bool isPacked = tensor.DataType > (int)DataType.Bfloat16;
            if (!isComplex && !isPacked)
                RequireCount(tensor, found, length, "values");
        }
        else if ((DataType)tensor.DataType is not (DataType.String or DataType.Uint16 or DataType.Uint32 or DataType.Uint64 or DataType.Complex64 or DataType.Complex128)
            && tensor.DataType is > 0 and <= (int)DataType.Bfloat16)
        {
            RequireCount(tensor, tensor.RawData.Length, (long)length * StoredType(tensor).Size(), "bytes");
        }
    }

    private static ElementType StoredType(TensorProto tensor) => (DataType)tensor.DataType switch
    {
        DataType.Float => ElementType.Float32,
        DataType.Double => ElementType.Float64,
        DataType.Float16 => ElementType.Float16,
        DataType.Bfloat16 => ElementType.BFloat16,
        DataType.Int64 => ElementType.Int64,
        DataType.Int32 => ElementType.Int32,
        DataType.Int16 => ElementType.Int16,
        DataType.Int8 => ElementType.Int8,
        DataType.Uint8 => ElementType.UInt8,
        DataType.Bool => ElementType.Bool,
        DataType other => throw new GdwsException($"tensor {tensor.Name}: elements of type {other} aren't supported"),
    };

    private static void RequireCount(TensorProto tensor, long found, long expected, string unit)
    {
        if (found != expected)
        {
            throw new GdwsException(
                $"tensor {tensor.Name}: shape [{string.Join(", ", tensor.Dims)}] needs {expected:N0} {unit}, found {found:N0}");
        }
    }

    private static ByteString LittleEndian(ReadOnlySpan<byte> bytes, int elementSize)
    {
        if (BitConverter.IsLittleEndian)
            return ByteString.CopyFrom(bytes);

        byte[] swapped = bytes.ToArray();
        for (int i = 0; i < swapped.Length; i += elementSize)
            Array.Reverse(swapped, i, elementSize);
        return UnsafeByteOperations.UnsafeWrap(swapped);
    }
}
