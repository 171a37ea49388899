namespace Gdws.Execution.Engine.Kernels;

/// <summary>How wide the kernels compute.</summary>
internal enum InstructionSet
{
    /// <summary>One value at a time: what is left where the machine has no vectors.</summary>
    Scalar,

    /// <summary>Four values: SSE, Arm64.</summary>
    Vector128,

    /// <summary>Eight values: AVX2.</summary>
    Vector256,

    /// <summary>Sixteen values: AVX-512.</summary>
    Vector512,
}

/// <summary>Chooses the instruction set.</summary>
internal static class InstructionSets
{
    /// <summary>
    /// The widest that the machine has. The runtime's switches count (<c>DOTNET_EnableAVX512=0</c>, <c>DOTNET_EnableAVX2=0</c>):
    /// what they turn off isn't there.
    /// </summary>
    public static InstructionSet Best => System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? InstructionSet.Vector512
        : System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? InstructionSet.Vector256
        : System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated ? InstructionSet.Vector128
        : InstructionSet.Scalar;
}
