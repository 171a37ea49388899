namespace Gdws.Planning;

/// <summary>The measured times that a plan was made by.</summary>
public sealed record PlanLatency
{
    /// <summary>The machine that was measured on, in one line.</summary>
    public required string Machine { get; init; }

    /// <summary>The engine, e.g. <c>onnxruntime</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>Images a run.</summary>
    public required int Batch { get; init; }

    /// <summary>Threads a run.</summary>
    public required int Threads { get; init; }

    /// <summary>Milliseconds a run of the network before, measured.</summary>
    public required double MillisecondsBefore { get; init; }

    /// <summary>Milliseconds a run of the network afterwards, predicted.</summary>
    public required double MillisecondsAfter { get; init; }
}
