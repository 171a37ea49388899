namespace Gdws.Planning;

/// <summary>Reads and writes the JSON form of a plan.</summary>
internal static class GdwsPlanJson
{
    private static readonly JsonText<GdwsPlan> _text = new("plan", GdwsPlan.CurrentFormat, Validate);

    public static string Write(GdwsPlan plan) => JsonText<GdwsPlan>.Write(plan);

    public static GdwsPlan Load(string path) => _text.Load(path);

    public static GdwsPlan Read(string json, string source) => _text.Read(json, source);

    private static void Validate(GdwsPlan plan, string source)
    {
        const string Digits = "must be 64 lower-case hexadecimal digits";
        Require(JsonNames.IsSha256(plan.SourceSha256), $"source_sha256 {Digits}");
        Require(plan.SensitivitySha256 is null || JsonNames.IsSha256(plan.SensitivitySha256), $"sensitivity_sha256 {Digits}");
        Require(plan.Calibration is null or { Images: >= 0 }, "calibration: images must be at least 0");
        Require(plan.Budget.Value >= 0, $"the budget's value is {plan.Budget.Value}, expected at least 0");
        Require(plan.Budget.RoundTo >= 1, $"kernels can't be rounded to {plan.Budget.RoundTo}, expected at least 1");
        Require(plan.MacsBefore >= 0 && plan.MacsAfter >= 0, "MACs must be at least 0");
        Require(
            plan.Latency is null or { Batch: >= 1, Threads: >= 1, MillisecondsBefore: >= 0, MillisecondsAfter: >= 0 },
            "latency: batch and threads must be at least 1, milliseconds at least 0");
        Require(!plan.Layers.IsDefault, "layers are missing");
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (PlannedLayer layer in plan.Layers)
        {
            Require(layer is not null, "a layer is null");
            Require(names.Add(layer!.Name), $"two layers are named {JsonNames.Short(layer.Name)}");
            if (ProblemOf(layer) is { } problem)
                throw new InvalidFileException(source, $"is no valid plan: layer {JsonNames.Short(layer.Name)}: {problem}");
        }

        void Require(bool condition, string message) => _text.Require(condition, source, message);
    }

    private static string? ProblemOf(PlannedLayer layer)
    {
        if (layer.Kernel.Length != 2 || layer.Kernel.Any(k => k < 1) || layer.Outputs < 1 || layer.Inputs < 1)
            return "outputs, inputs and the two sizes of the kernel must be at least 1";
        if (!(layer.WeightedError >= 0) || layer.MacsBefore < 0 || layer.MacsAfter < 0)
            return "the weighted error and MACs must be at least 0";
        if (!layer.IsGdws)
            return layer.Kernels == 0 && layer.KernelsPerChannel.IsEmpty ? null : "a dense layer has no kernels";

        if (layer.KernelsPerChannel.Length != layer.Inputs)
            return $"expected kernels_per_channel for {layer.Inputs} channels, found {layer.KernelsPerChannel.Length}";
        long most = Math.Min(layer.Outputs, (long)layer.Kernel[0] * layer.Kernel[1]);
        if (layer.KernelsPerChannel.Any(g => g < 0 || g > most))
            return $"a channel has from 0 to {most} kernels, found {layer.KernelsPerChannel.First(g => g < 0 || g > most)}";
        long sum = layer.KernelsPerChannel.Sum(g => (long)g);
        return sum == layer.Kernels ? null : $"kernels_per_channel add up to {sum}, but kernels is {layer.Kernels}";
    }
}
