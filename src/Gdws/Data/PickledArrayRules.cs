using Gdws.Checkpoints;
using Gdws.Checkpoints.Pickle;

namespace Gdws.Data;

/// <summary>What a pickle of images may name: a NumPy array and its type.</summary>
internal sealed class PickledArrayRules : IPickleRules
{
    public PickleGlobal Resolve(string module, string name, PickleReader reader)
    {
        string full = $"{module.TrimEnd('\r')}.{name.TrimEnd('\r')}";
        return full switch
        {
            "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct" => new PickleGlobal(full, _ => new PickledArray()),
            "numpy.ndarray" => new PickleGlobal(full),
            "numpy.dtype" => new PickleGlobal(full, call => call.Argument<string>(0)),
            _ => throw reader.Invalid($"names {ShownName.Of(full)}, which a batch of images doesn't need; it was refused and nothing was run"),
        };
    }

    public object LoadPersistent(object? id, PickleReader reader) => throw reader.Invalid("refers to something outside itself, which a batch of images doesn't");
}
