namespace Gdws.Execution.Engine.Kernels;

/// <summary>Arithmetic between two maps.</summary>
internal enum Arithmetic
{
    /// <summary>a + b</summary>
    Add,

    /// <summary>a − b</summary>
    Subtract,

    /// <summary>a · b</summary>
    Multiply,

    /// <summary>a / b</summary>
    Divide,
}
