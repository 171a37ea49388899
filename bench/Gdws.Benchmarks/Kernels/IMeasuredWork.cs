namespace Gdws.Benchmarks.Kernels;

/// <summary>A benchmark that knows how much one call does, so that a rate can stand beside the time.</summary>
public interface IMeasuredWork
{
    /// <summary>Multiply-accumulates or bytes of one call, for the case that is set.</summary>
    double Work { get; }

    /// <summary>Whether the work is multiply-accumulates; else it is bytes that are read and written.</summary>
    bool IsArithmetic { get; }
}
