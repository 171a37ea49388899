using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Gdws.Checkpoints;

/// <summary>The parameters and buffers of a network by name, in the order of the file.</summary>
public sealed class StateDict : IReadOnlyCollection<CheckpointTensor>
{
    private readonly List<CheckpointTensor> _tensors;
    private readonly Dictionary<string, CheckpointTensor> _byName;

    /// <summary>Creates the dictionary.</summary>
    /// <param name="tensors">The tensors; names must differ.</param>
    /// <param name="source">Where they come from, for messages, e.g. the file's path.</param>
    /// <exception cref="GdwsException">Two tensors have the same name.</exception>
    public StateDict(IEnumerable<CheckpointTensor> tensors, string source = "state dict")
    {
        Source = source;
        _tensors = [.. tensors];
        _byName = new Dictionary<string, CheckpointTensor>(_tensors.Count, StringComparer.Ordinal);
        foreach (CheckpointTensor tensor in _tensors)
        {
            if (!_byName.TryAdd(tensor.Name, tensor))
                throw new GdwsException($"{source}: holds two tensors named {tensor.Name}");
        }
    }

    /// <summary>Where the tensors come from, for messages.</summary>
    public string Source { get; }

    /// <summary>How many tensors there are.</summary>
    public int Count => _tensors.Count;

    /// <summary>The tensor of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="GdwsException">There is none.</exception>
    public CheckpointTensor this[string name] =>
        _byName.TryGetValue(name, out CheckpointTensor? tensor) ? tensor : throw new GdwsException($"{Source}: has no tensor {name}");

    /// <summary>Whether there is a tensor of that name.</summary>
    /// <param name="name">Its name.</param>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>Looks a tensor up.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">The tensor, where there is one.</param>
    public bool TryGet(string name, [NotNullWhen(true)] out CheckpointTensor? tensor) => _byName.TryGetValue(name, out tensor);

    /// <summary>Goes through the tensors in their order in the file.</summary>
    public IEnumerator<CheckpointTensor> GetEnumerator() => _tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
