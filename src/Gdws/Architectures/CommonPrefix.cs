using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>Wrappers of a network (for data parallelism, for attacks) put a word before the name of every parameter.</summary>
internal static class CommonPrefix
{
    /// <summary>The checkpoint without the words that all its names begin with.</summary>
    public static StateDict Strip(StateDict state)
    {
        if (state.Count < 2)
            return state;

        int length = 0;
        string first = state.First().Name;
        for (int dot = first.IndexOf('.'); dot >= 0; dot = first.IndexOf('.', dot + 1))
        {
            string prefix = first[..(dot + 1)];
            if (!state.All(t => t.Name.StartsWith(prefix, StringComparison.Ordinal)))
                break;
            length = prefix.Length;
        }

        return length == 0 ? state : new StateDict(state.Select(t => t with { Name = t.Name[length..] }), state.Source);
    }
}
