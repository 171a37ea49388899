namespace Gdws.Planning;

/// <summary>What bounds an approximation.</summary>
public enum BudgetKind
{
    /// <summary>β: the weighted error of every layer (LEGO).</summary>
    Beta,

    /// <summary>R: every layer gets G = round(R·C) kernels (MEGO).</summary>
    KernelsPerChannel,

    /// <summary>R: the whole network needs at most 1/R of its multiply-accumulates; one threshold for all layers.</summary>
    SpeedupMacs,

    /// <summary>R: the whole network needs at most 1/R of its measured time.</summary>
    Speedup,

    /// <summary>Milliseconds: the whole network needs at most so much measured time a run.</summary>
    Latency,
}
