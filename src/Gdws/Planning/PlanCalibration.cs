using System.Text.Json.Serialization;

namespace Gdws.Planning;

/// <summary>The images and settings that a plan's choice and its weights come from.</summary>
public sealed record PlanCalibration
{
    /// <summary>The images as the user named them, e.g. <c>cifar10:DIR</c>.</summary>
    public required string Data { get; init; }

    /// <summary><c>train</c> or <c>test</c>.</summary>
    public required string Split { get; init; }

    /// <summary>Images looked at; with an attack half of them are perturbed forms of the others.</summary>
    public required int Images { get; init; }

    /// <summary>The perturbation, e.g. <c>pgd linf 0.03137255, 10 steps of 0.00784314</c>; null for clean images alone.</summary>
    public required string? Attack { get; init; }

    /// <summary>What decided everything random.</summary>
    public required int Seed { get; init; }

    /// <summary><c>quick</c> or <c>full</c>, or the parts by name where they were chosen one by one.</summary>
    public required string Effort { get; init; }

    /// <summary>
    /// What tells the images apart from others (<c>ImageFingerprints</c>), so that an evaluation on the same ones can be told; null in plans
    /// that don't say.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Fingerprints { get; init; }
}
