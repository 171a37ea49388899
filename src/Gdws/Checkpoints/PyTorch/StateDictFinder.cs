using System.Globalization;
using Gdws.Checkpoints.Pickle;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>Finds the state dict in what a pickle held, and the plain values beside it.</summary>
internal sealed class StateDictFinder
{
    private const int MaximumDepth = 32;
    private const int MaximumWrappers = 3;
    private const int MaximumNameLength = 2000;
    private const int MaximumPlainValues = 1000;

    /// <summary>One collection can be an entry of many others, so the number of visits isn't bounded by the pickle's length.</summary>
    private const int MaximumEntries = 200_000;

    private static readonly string[] s_usualKeys = ["state_dict", "model_state_dict", "model", "net", "network", "model_state"];

    private readonly string _file;
    private readonly List<NamedTorchTensor> _tensors = [];
    private int _visited;

    private StateDictFinder(string file) => _file = file;

    /// <summary>The tensors under the first usual key that holds any, else of the whole file without optimizers.</summary>
    /// <exception cref="InvalidFileException">There is no tensor.</exception>
    public static IReadOnlyList<NamedTorchTensor> Find(object? root, string file)
    {
        if (root is TorchTensor)
            throw new InvalidFileException(file, "holds a single tensor, expected a state dict (names and tensors)");

        for (int depth = 0; depth < MaximumWrappers; depth++)
        {
            if (root is not PickleDict dict || FirstUsual(dict, file) is not { } inner)
                break;
            root = inner;
        }

        List<NamedTorchTensor> tensors = Flatten(root, file, skipOptimizers: true);
        return tensors.Count > 0 ? tensors : throw new InvalidFileException(file, "holds no tensors, expected a state dict (names and tensors)");
    }

    /// <summary>The text, numbers and truth values at the top and one level below it (<c>meta.arch</c>).</summary>
    public static IReadOnlyDictionary<string, string> PlainValues(object? root)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        if (root is not PickleDict dict)
            return values;

        foreach ((object key, object? value) in dict.Entries)
        {
            if (key is not string name)
                continue;
            AddPlain(values, name, value);
            if (value is PickleDict inner && !IsOptimizer(name) && values.Count + inner.Count < MaximumPlainValues)
            {
                foreach ((object innerKey, object? innerValue) in inner.Entries)
                    AddPlain(values, Join(name, KeyName(innerKey)), innerValue);
            }
        }

        return values;
    }

    private static void AddPlain(Dictionary<string, string> values, string? name, object? value)
    {
        if (name is not null && value is (string or long or double or bool))
            values[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }

    private static PickleDict? FirstUsual(PickleDict dict, string file)
    {
        foreach (string key in s_usualKeys)
        {
            if (dict.TryGet(key, out object? value) && value is PickleDict inner && Flatten(inner, file, skipOptimizers: false).Count > 0)
                return inner;
        }

        return null;
    }

    private static List<NamedTorchTensor> Flatten(object? root, string file, bool skipOptimizers)
    {
        StateDictFinder finder = new(file);
        switch (root)
        {
            case PickleDict dict:
                foreach ((object key, object? value) in dict.Entries)
                {
                    if (!skipOptimizers || key is not string name || !IsOptimizer(name))
                        finder.Visit(KeyName(key), value, depth: 1);
                }

                break;
            case List<object?> list:
                finder.Visit("", list, depth: 0);
                break;
            case object?[] tuple:
                finder.Visit("", tuple, depth: 0);
                break;
        }

        return finder._tensors;
    }

    private static bool IsOptimizer(string key) =>
        key.StartsWith("optim", StringComparison.OrdinalIgnoreCase) || key.Contains("scheduler", StringComparison.OrdinalIgnoreCase)
        || key is "opt" or "amp" or "scaler" or "rng_state";

    private void Visit(string? name, object? value, int depth)
    {
        if (++_visited > MaximumEntries)
            throw new InvalidFileException(_file, $"holds more than {MaximumEntries:N0} entries");
        if (name is null)
            return;
        if (name.Length > MaximumNameLength)
            throw new InvalidFileException(_file, $"holds a name of {name.Length:N0} characters: {ShownName.Of(name)}");
        if (depth > MaximumDepth)
            throw new InvalidFileException(_file, $"is nested more than {MaximumDepth} levels deep at {ShownName.Of(name)}");

        switch (value)
        {
            case TorchTensor tensor:
                _tensors.Add(new NamedTorchTensor(RequirePrintable(name), tensor));
                break;
            case PickleDict dict:
                foreach ((object key, object? inner) in dict.Entries)
                    Visit(Join(name, KeyName(key)), inner, depth + 1);
                break;
            case List<object?> list:
                VisitAll(name, list, depth);
                break;
            case object?[] tuple:
                VisitAll(name, tuple, depth);
                break;
            case PickleObject { Class.Name: string kind } when kind.StartsWith("torch._utils._rebuild_", StringComparison.Ordinal):
                throw new InvalidFileException(
                    _file, $"tensor {ShownName.Of(name)} is of a kind that can't be read ({kind}), expected a dense tensor");
        }
    }

    private void VisitAll(string name, IReadOnlyList<object?> items, int depth)
    {
        for (int i = 0; i < items.Count; i++)
            Visit(Join(name, i.ToString(CultureInfo.InvariantCulture)), items[i], depth + 1);
    }

    private string RequirePrintable(string name) =>
        !name.Any(char.IsControl) ? name : throw new InvalidFileException(_file, $"tensor name {ShownName.Of(name)} holds control characters");

    private static string? KeyName(object key) => key switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string? Join(string name, string? key) => key is null ? null : name.Length == 0 ? key : $"{name}.{key}";
}
