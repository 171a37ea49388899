namespace Gdws.Architectures;

/// <summary>What a connection of a RobNet's cell does; the values are the published two-bit codes.</summary>
internal enum RobNetOperation
{
    /// <summary>Code 00: the connection isn't there.</summary>
    Zero = 0,

    /// <summary>Code 01: twice activation, depthwise 3×3, 1×1, normalisation.</summary>
    Separable = 1,

    /// <summary>Code 10: the map as it is; where the size changes two 1×1 convolutions of stride 2.</summary>
    Identity = 2,

    /// <summary>Code 11: the sum of both.</summary>
    ResidualSeparable = 3,
}
