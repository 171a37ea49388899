using System.Runtime.InteropServices;
using Gdws.Architectures;
using Gdws.Checkpoints;
using Architecture = Gdws.Architectures.Architecture;

namespace Gdws.Tests.Architectures;

/// <summary>Checkpoints with random parameters, narrow enough for tests: what an architecture expects, around the sizes that are given.</summary>
internal static class SyntheticCheckpoint
{
    /// <summary>Random parameters of an architecture, the first layer as narrow as the name allows.</summary>
    public static StateDict Narrow(string architecture, int channels = 3, int classes = 7, int width = 2) =>
        Of(architecture, Hints(architecture, channels, classes, width));

    /// <summary>Random parameters of an architecture.</summary>
    /// <param name="architecture">Its name.</param>
    /// <param name="hints">Shapes that decide widths.</param>
    /// <param name="seed">Decides the values.</param>
    /// <param name="options">What the checkpoint doesn't tell.</param>
    public static StateDict Of(string architecture, Dictionary<string, int[]> hints, int seed = 1, ArchitectureOptions? options = null)
    {
        StateDict known = new(hints.Select(h => Tensor(h.Key, h.Value, new float[h.Value.Aggregate(1, (a, b) => a * b)])));
        Random random = new(seed);
        return new StateDict(
            Architecture.Expected(architecture, known, options).Select(e => Random(e.Key, e.Value, random)), $"{architecture}.pth");
    }

    public static CheckpointTensor Tensor(string name, int[] shape, float[] values) =>
        new(name, ElementType.Float32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>The same checkpoint with one tensor exchanged, added or (null) removed.</summary>
    public static StateDict With(this StateDict state, string name, CheckpointTensor? tensor) =>
        new(state.Where(t => t.Name != name).Concat(tensor is null ? [] : [tensor]), state.Source);

    private static CheckpointTensor Random(string name, int[] shape, Random random)
    {
        int length = shape.Aggregate(1, (a, b) => a * b);
        bool scale = shape.Length == 1 && name.EndsWith("weight", StringComparison.Ordinal);
        bool variance = name.EndsWith("running_var", StringComparison.Ordinal);
        float size = shape.Length > 1 ? MathF.Sqrt(6f / (length / shape[0])) : 0.3f;
        float centre = scale || variance ? 1 : 0;
        return Tensor(name, shape, [.. Enumerable.Range(0, length).Select(_ => centre + (((random.NextSingle() * 2) - 1) * size))]);
    }

    private static Dictionary<string, int[]> Hints(string architecture, int channels, int classes, int width)
    {
        if (architecture.StartsWith("vgg", StringComparison.Ordinal))
        {
            Dictionary<string, int[]> hints = new() { ["features.0.weight"] = [width, channels, 3, 3] };
            foreach (string hidden in new[] { "classifier.0.weight", "classifier.2.weight", "classifier.3.weight" })
                hints[hidden] = [9, 1];
            hints[architecture.EndsWith("imagenet", StringComparison.Ordinal) ? "classifier.6.weight"
                : architecture.EndsWith("hydra", StringComparison.Ordinal) ? "classifier.4.weight" : "classifier.weight"] = [classes, 1];
            return hints;
        }

        // The stem is three times as wide as a node, whose width is even.
        if (architecture.StartsWith("robnet", StringComparison.Ordinal))
            return new() { ["stem.0.weight"] = [6 * width, channels, 3, 3], ["classifier.weight"] = [classes, 1] };

        string first = architecture == "kw_small" ? "0" : "conv1";
        string last = architecture switch
        {
            "kw_small" => "7",
            "resnet_4b" => "linear2",
            _ when architecture.EndsWith("imagenet", StringComparison.Ordinal) => "fc",
            _ when architecture.StartsWith("wide", StringComparison.Ordinal) => "fc",
            _ => "linear",
        };
        return new() { [$"{first}.weight"] = [width, channels, 3, 3], [$"{last}.weight"] = [classes, 1] };
    }
}
