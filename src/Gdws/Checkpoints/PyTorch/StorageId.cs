using Gdws.Checkpoints.Pickle;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>Reads persistent ids, by which a checkpoint's pickle refers to its storages.</summary>
internal static class StorageId
{
    /// <summary>
    /// <c>('storage', class, key, location, count)</c>, in the legacy format with a sixth item: <c>None</c> or <c>(view key, offset, count)</c>.
    /// </summary>
    public static TorchStorage Parse(object? id, PickleReader reader)
    {
        if (id is not object?[] items)
            throw reader.Invalid("refers to something outside by a name, expected the description of a storage");
        if (items is ["module", ..])
            throw reader.Invalid("holds a whole pickled model, not a state dict; in Python, save its parameters with torch.save(model.state_dict(), path)");
        if (items is not ["storage", TorchTypeGlobal type, string or long, _, long count, ..])
            throw reader.Invalid("refers to a storage in an unknown way");

        string key = items[2]!.ToString()!;
        return items.ElementAtOrDefault(5) switch
        {
            null => new TorchStorage(key, type.Type, count, 0, count),
            object?[] and [_, long start, long viewCount] => new TorchStorage(key, type.Type, count, start, viewCount),
            _ => throw reader.Invalid("refers to a view of a storage in an unknown way"),
        };
    }
}
