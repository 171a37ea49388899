namespace Gdws.Planning;

/// <summary>Which layers of a network may become GDWS convolutions.</summary>
public sealed record SpectraOptions
{
    /// <summary>Whether the network's first convolution may; as in the paper it is left alone otherwise.</summary>
    public bool IncludeFirst { get; init; }

    /// <summary>Names of layers to leave alone; <c>*</c> stands for any characters, <c>?</c> for one, e.g. <c>layer1.*</c>.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
