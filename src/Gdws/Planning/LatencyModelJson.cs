using System.Collections.Immutable;

namespace Gdws.Planning;

/// <summary>Reads and writes the JSON form of a latency model.</summary>
internal static class LatencyModelJson
{
    private static readonly JsonText<LatencyModel> _text = new("latency model", LatencyModel.CurrentFormat, Validate);

    public static string Write(LatencyModel model) => JsonText<LatencyModel>.Write(model);

    public static LatencyModel Load(string path) => _text.Load(path);

    public static LatencyModel Read(string json, string source) => _text.Read(json, source);

    private static void Validate(LatencyModel model, string source)
    {
        Require(JsonNames.IsSha256(model.NetworkSha256), "network_sha256 must be 64 lower-case hexadecimal digits");
        Require(model.Batch >= 1 && model.Threads >= 1, "batch and threads must be at least 1");
        Require(model.Block is >= 1 and <= 4096, $"the block is {model.Block}, expected from 1 to 4,096");
        Require(IsPositive(model.Milliseconds), $"the network takes {model.Milliseconds} ms, expected a positive number");
        Require(IsPositive(model.Scale), $"the scale is {model.Scale}, expected a positive number");
        Require(!model.Checks.IsDefault, "checks are missing");
        Require(!model.Layers.IsDefaultOrEmpty, "layers are missing");
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (LatencyLayer layer in model.Layers)
        {
            Require(layer is not null, "a layer is null");
            Require(names.Add(layer!.Name), $"two layers are named {JsonNames.Short(layer.Name)}");
            if (ProblemOf(layer) is { } problem)
                throw new InvalidFileException(source, $"is no valid latency model: layer {JsonNames.Short(layer.Name)}: {problem}");
        }

        Require(model.Checks.All(check => check is not null && IsTime(check.Measured)), "a check is missing or its times are below 0");

        void Require(bool condition, string message) => _text.Require(condition, source, message);
    }

    private static string? ProblemOf(LatencyLayer layer)
    {
        if (layer.Kernel.Length != 2 || layer.Kernel.Any(k => k < 1) || layer.Outputs < 1 || layer.Inputs < 1)
            return "outputs, inputs and the two sizes of the kernel must be at least 1";
        if (layer.OutputSize.Length != 2 || layer.OutputSize.Any(size => size < 1))
            return "the two sizes of the output must be at least 1";
        if (!(IsTime(layer.DenseMilliseconds) && IsTime(layer.DenseLow) && IsTime(layer.DenseHigh)))
            return $"dense it takes {layer.DenseMilliseconds} ms, expected a number of at least 0";
        return layer.Points.IsDefault ? "points are missing" : ProblemOf(layer, layer.Points);
    }

    private static string? ProblemOf(LatencyLayer layer, ImmutableArray<LatencyPoint> points)
    {
        long most = (long)layer.Inputs * Math.Min(layer.Outputs, (long)layer.Kernel[0] * layer.Kernel[1]);
        for (int i = 0; i < points.Length; i++)
        {
            if (points[i] is not { } point)
                return $"point {i} is null";
            if (point.Kernels < 1 || point.Kernels > most)
                return $"has from 1 to {most:N0} kernels, found a time for {point.Kernels:N0}";
            if (i > 0 && point.Kernels <= points[i - 1].Kernels)
                return $"points must ascend by their kernels, found {point.Kernels:N0} after {points[i - 1].Kernels:N0}";
            if (!(IsTime(point.Milliseconds) && IsTime(point.Low) && IsTime(point.High)))
                return $"with {point.Kernels:N0} kernels it takes {point.Milliseconds} ms, expected a number of at least 0";
        }

        return null;
    }

    private static bool IsTime(double milliseconds) => milliseconds >= 0 && double.IsFinite(milliseconds);

    private static bool IsPositive(double value) => value > 0 && double.IsFinite(value);
}
