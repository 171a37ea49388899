namespace Gdws.Checkpoints;

/// <summary>The names of element types in safetensors.</summary>
internal static class SafeTensorsType
{
    private static readonly (string Name, ElementType Type)[] s_all =
    [
        ("F64", ElementType.Float64), ("F32", ElementType.Float32), ("F16", ElementType.Float16), ("BF16", ElementType.BFloat16),
        ("I64", ElementType.Int64), ("I32", ElementType.Int32), ("I16", ElementType.Int16), ("I8", ElementType.Int8),
        ("U8", ElementType.UInt8), ("BOOL", ElementType.Bool),
    ];

    public static string NameOf(ElementType type) => Array.Find(s_all, t => t.Type == type).Name;

    public static ElementType? OfName(string name)
    {
        int index = Array.FindIndex(s_all, t => t.Name == name);
        return index < 0 ? null : s_all[index].Type;
    }
}
