using Gdws.Checkpoints.Pickle;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>What stands in for the few calls of a checkpoint's pickle that matter.</summary>
internal static class TorchCalls
{
    private const int MaximumDimensions = 64;

    public static object MakeDictionary(PickleCall call)
    {
        PickleDict dict = new();
        // defaultdict's first argument is its factory; Python 2 gives OrderedDict its items as an argument.
        foreach (object? argument in call.Arguments)
        {
            switch (argument)
            {
                case PickleDict other:
                    foreach ((object key, object? value) in other.Entries)
                        dict[key] = value;
                    break;
                case List<object?> pairs:
                    foreach (object? pair in pairs)
                        AddPair(dict, pair, call);
                    break;
            }
        }

        return dict;
    }

    public static object MakeList(PickleCall call) => call.Arguments switch
    {
        [List<object?> items, ..] => new List<object?>(items),
        [object?[] items, ..] => new List<object?>(items),
        _ => new List<object?>(),
    };

    public static object MakeTuple(PickleCall call) => call.Arguments switch
    {
        [List<object?> items, ..] => items.ToArray(),
        [object?[] items, ..] => items,
        _ => Array.Empty<object?>(),
    };

    /// <summary><c>_rebuild_tensor(storage, offset, size, stride)</c>; the second version has more arguments that don't matter here.</summary>
    public static object RebuildTensor(PickleCall call)
    {
        TorchStorage storage = call.Argument<TorchStorage>(0);
        return Rebuild(call, storage, storage.Type);
    }

    /// <summary><c>_rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype)</c>, for types that have no storage class.</summary>
    public static object RebuildTypedTensor(PickleCall call) =>
        Rebuild(call, call.Argument<TorchStorage>(0), call.Argument<TorchTypeGlobal>(6).Type);

    /// <summary><c>_rebuild_parameter(data, requires_grad, hooks)</c>: the tensor itself.</summary>
    public static object? RebuildParameter(PickleCall call) =>
        call.Arguments is [TorchTensor or PickleObject, ..] ? call.Arguments[0] : throw call.Invalid("argument 1 isn't a tensor");

    /// <summary><c>_rebuild_from_type_v2(function, type, arguments, state)</c>: a tensor with attributes.</summary>
    public static object? RebuildFromType(PickleCall call)
    {
        PickleGlobal function = call.Argument<PickleGlobal>(0);
        if (function.Name.StartsWith("torch._utils._rebuild_", StringComparison.Ordinal))
        {
            return function.Call is null
                ? new PickleObject(function)
                : function.Call(new PickleCall(function, call.Argument<object?[]>(2), call.Reader));
        }

        throw call.Invalid($"{function.Name} doesn't make a tensor");
    }

    private static TorchTensor Rebuild(PickleCall call, TorchStorage storage, TorchStorageType type) =>
        new(storage, type, call.Argument<long>(1), Integers(call, 2), Integers(call, 3));

    private static long[] Integers(PickleCall call, int index)
    {
        object?[] items = call.Argument<object?[]>(index);
        if (items.Length > MaximumDimensions)
            throw call.Invalid($"a tensor of {items.Length:N0} dimensions, expected at most {MaximumDimensions}");
        long[] integers = new long[items.Length];
        for (int i = 0; i < items.Length; i++)
            integers[i] = items[i] is long integer ? integer : throw call.Invalid($"argument {index + 1} isn't a tuple of 64-bit integers");
        return integers;
    }

    private static void AddPair(PickleDict dict, object? pair, PickleCall call)
    {
        switch (pair)
        {
            case object?[] { Length: 2 } tuple: dict[tuple[0]] = tuple[1]; break;
            case List<object?> { Count: 2 } list: dict[list[0]] = list[1]; break;
            default: throw call.Invalid("expected pairs of key and value");
        }
    }
}
