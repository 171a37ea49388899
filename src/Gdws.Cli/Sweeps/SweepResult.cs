using Gdws.Execution;

namespace Gdws.Cli.Sweeps;

/// <summary>Everything that a sweep found: what <c>results.json</c> holds and what a report shows. What wasn't measured is null or empty.</summary>
internal sealed record SweepResult
{
    /// <summary>What the file is and in which version.</summary>
    public const string CurrentFormat = "gdws-sweep 1";

    public string Format { get; init; } = CurrentFormat;

    /// <summary>The report's heading.</summary>
    public required string Title { get; init; }

    /// <summary>A sentence or two on what was compared; null for none.</summary>
    public string? Introduction { get; init; }

    /// <summary>The command that makes all of this again; null where there is no single one.</summary>
    public string? Command { get; init; }

    /// <summary>The same step by step, a command each.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>The version of gdws and of what computes, by name.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    public SweepData? Data { get; init; }

    /// <summary>What decided everything random; null where several things did.</summary>
    public int? Seed { get; init; }

    /// <summary>The first one is the one that the others are compared with.</summary>
    public required IReadOnlyList<NetworkResult> Networks { get; init; }

    public SpeedConditions? Speed { get; init; }

    /// <summary>The machine that the frames per second were measured on.</summary>
    public MachineDescription? Machine { get; init; }

    /// <summary>Reasons to doubt the figures, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The spectra of the layers that may become GDWS convolutions.</summary>
    public IReadOnlyList<SpectrumSummary> Spectra { get; init; } = [];

    public Gallery? Gallery { get; init; }
}
