using Gdws.Checkpoints.Pickle;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>The rules for a checkpoint's pickle; remembers which storages it refers to.</summary>
internal sealed class TorchRules : IPickleRules
{
    private readonly Dictionary<string, TorchStorage> _storages = new(StringComparer.Ordinal);

    /// <summary>The first mention of each storage, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => _storages;

    public PickleGlobal Resolve(string module, string name, PickleReader reader) => TorchGlobals.Resolve(module, name, reader);

    public object LoadPersistent(object? id, PickleReader reader)
    {
        TorchStorage storage = StorageId.Parse(id, reader);
        _storages.TryAdd(storage.Key, storage);
        return storage;
    }
}
