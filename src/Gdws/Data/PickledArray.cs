using Gdws.Checkpoints.Pickle;

namespace Gdws.Data;

/// <summary>A NumPy array in a pickle.</summary>
internal sealed class PickledArray : IPickleBuildable
{
    /// <summary>The sizes; null where the pickle gives none.</summary>
    public long[]? Shape { get; private set; }

    /// <summary>The type's code, e.g. <c>u1</c>.</summary>
    public string? Type { get; private set; }

    /// <summary>Whether columns run fastest.</summary>
    public bool IsFortran { get; private set; }

    /// <summary>The elements: a long run of bytes as its place in the file, a short one as text with a character a byte.</summary>
    public object? Content { get; private set; }

    public void Build(object? state)
    {
        if (state is not object?[] { Length: 5 } parts || parts[1] is not object?[] shape || shape.Any(size => size is not long))
            return;
        Shape = [.. shape.Select(size => (long)size!)];
        Type = (parts[2] as string)?.TrimStart('|');
        IsFortran = parts[3] is true;
        Content = parts[4];
    }
}
