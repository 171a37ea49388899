using Gdws.Checkpoints;

namespace Gdws.Tests.Checkpoints.Fixtures;

/// <summary>State dicts in the files that public training code writes, byte by byte.</summary>
internal static class StateDictFile
{
    /// <summary>The tensors alone, or as the entry <c>state_dict</c> beside others.</summary>
    /// <param name="state">The tensors.</param>
    /// <param name="legacy">Whether in the stream of PyTorch before 1.6.</param>
    /// <param name="prefix">What wrappers put before every name.</param>
    /// <param name="half">Whether in half precision.</param>
    /// <param name="around">Further entries; null for the tensors alone.</param>
    public static byte[] Bytes(
        StateDict state, bool legacy = true, string prefix = "", bool half = false, (string Key, Action<PickleWriter> Value)[]? around = null)
    {
        TorchFixture file = new(legacy);
        List<(string, Action<PickleWriter>)> tensors = [];
        int number = 100;
        foreach (CheckpointTensor tensor in state)
        {
            string key = $"{number++}";
            float[] values = tensor.ToSingles();
            if (half)
                file.WithStorage(key, "HalfStorage", [.. values.Select(value => (Half)value)]);
            else
                file.WithStorage(key, "FloatStorage", values);
            tensors.Add(($"{prefix}{tensor.Name}", file.Tensor(key, 0, [.. tensor.Shape.Select(d => (long)d)], Strides(tensor.Shape))));
        }

        (string, Action<PickleWriter>)[] all = [.. tensors];
        return around is null ? file.Write(all) : file.Write(w => w.Dictionary([.. around, ("state_dict", v => v.OrderedDictionary(all))]));
    }

    private static long[] Strides(IReadOnlyList<int> shape) =>
        [.. shape.Select((_, i) => shape.Skip(i + 1).Aggregate(1L, (product, d) => product * d))];
}
