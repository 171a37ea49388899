namespace Gdws.Planning;

/// <summary>What a plan does with a convolution.</summary>
public enum PlannedKind
{
    /// <summary>It stays as it is.</summary>
    Dense,

    /// <summary>It becomes a GDWS convolution.</summary>
    Gdws,
}
