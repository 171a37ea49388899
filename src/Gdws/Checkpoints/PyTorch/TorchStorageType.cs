namespace Gdws.Checkpoints.PyTorch;

/// <summary>The type of a storage's or tensor's elements.</summary>
/// <param name="Name">PyTorch's name of the element type, e.g. <c>float32</c>.</param>
/// <param name="Size">Bytes an element takes.</param>
/// <param name="Type">The type here; <see langword="null"/> where such tensors can't be read.</param>
internal sealed record TorchStorageType(string Name, int Size, ElementType? Type)
{
    private static readonly TorchStorageType[] s_all =
    [
        new("float64", 8, ElementType.Float64), new("float32", 4, ElementType.Float32), new("float16", 2, ElementType.Float16),
        new("bfloat16", 2, ElementType.BFloat16), new("int64", 8, ElementType.Int64), new("int32", 4, ElementType.Int32),
        new("int16", 2, ElementType.Int16), new("int8", 1, ElementType.Int8), new("uint8", 1, ElementType.UInt8), new("bool", 1, ElementType.Bool),
        new("complex32", 4, null), new("complex64", 8, null), new("complex128", 16, null), new("qint8", 1, null), new("quint8", 1, null),
        new("qint32", 4, null), new("uint16", 2, null), new("uint32", 4, null), new("uint64", 8, null), new("float8_e4m3fn", 1, null),
        new("float8_e5m2", 1, null), new("float8_e4m3fnuz", 1, null), new("float8_e5m2fnuz", 1, null),
    ];

    private static readonly Dictionary<string, string> s_storageClasses = new(StringComparer.Ordinal)
    {
        ["DoubleStorage"] = "float64",
        ["FloatStorage"] = "float32",
        ["HalfStorage"] = "float16",
        ["BFloat16Storage"] = "bfloat16",
        ["LongStorage"] = "int64",
        ["IntStorage"] = "int32",
        ["ShortStorage"] = "int16",
        ["CharStorage"] = "int8",
        ["ByteStorage"] = "uint8",
        ["BoolStorage"] = "bool",
        ["UntypedStorage"] = "uint8",
        ["_UntypedStorage"] = "uint8",
        ["ComplexFloatStorage"] = "complex64",
        ["ComplexDoubleStorage"] = "complex128",
        ["QInt8Storage"] = "qint8",
        ["QUInt8Storage"] = "quint8",
        ["QInt32Storage"] = "qint32",
    };

    /// <summary>All element types, by the names of <c>torch.dtype</c>.</summary>
    public static IEnumerable<TorchStorageType> Dtypes => s_all;

    /// <summary>The element types by the storages' classes, e.g. <c>HalfStorage</c>.</summary>
    public static IEnumerable<KeyValuePair<string, TorchStorageType>> StorageClasses =>
        s_storageClasses.Select(c => KeyValuePair.Create(c.Key, Array.Find(s_all, t => t.Name == c.Value)!));
}
