using System.Reflection;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Torch.Attacks;

namespace Gdws.Torch.Sensitivity;

/// <summary>Writes down how a sensitivity was made.</summary>
internal static class SensitivityMetadata
{
    public static IReadOnlyDictionary<string, string> Of(
        OnnxModel model, IImageDataset images, SensitivityEstimation estimation, int competing, SensitivitySums sums)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            [SensitivityFile.FormatKey] = SensitivityFile.Format,
            ["gdws_version"] = Version,
            ["network"] = Path.GetFileName(model.Source),
            [SensitivityEstimate.NetworkKey] = Fingerprint.Of(model),
            ["data"] = images.Name,
            ["split"] = images.Split,
            ["images"] = $"{images.Count}",
            ["attack"] = estimation.Attack?.Name ?? "none",
            ["competing_classes"] = $"{competing}",
            ["least_margin"] = $"{estimation.LeastMargin:R}",
            ["images_with_limited_margins"] = $"{sums.Limited}",
            ["images_with_equal_logits"] = $"{sums.Undecided}",
        };
        if (estimation.Attack is { } attack)
            Describe(attack, metadata);
        return metadata;
    }

    private static string Version =>
        typeof(SensitivityMetadata).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static void Describe(IAttack attack, Dictionary<string, string> metadata)
    {
        metadata["norm"] = attack.ThreatModel.NormName;
        metadata["epsilon"] = $"{attack.ThreatModel.Epsilon:R}";
        metadata["step"] = $"{attack.Step:R}";
        metadata["iterations"] = $"{attack.Iterations}";
        metadata["restarts"] = $"{attack.Restarts}";
        if (attack is PgdAttack pgd)
        {
            metadata["seed"] = $"{pgd.Seed}";
            metadata["random_start"] = pgd.RandomStart ? "yes" : "no";
            metadata["stop_when_broken"] = pgd.StopWhenBroken ? "yes" : "no";
        }
    }
}
