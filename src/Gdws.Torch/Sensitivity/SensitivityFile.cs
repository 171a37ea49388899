using System.Runtime.InteropServices;
using Gdws.Checkpoints;

namespace Gdws.Torch.Sensitivity;

/// <summary>
/// The file of a sensitivity: safetensors, one fp32 vector <c>[C]</c> a layer, named after the layer, and in the metadata what is needed to make it again.
/// Files of the GDWS paper's code (<c>alphas.pth</c>: a dictionary <c>noise_gains</c> of tensors named after parameters) are read too.
/// </summary>
public static class SensitivityFile
{
    /// <summary>What the metadata's entry <c>format</c> says: what the file is and in which version.</summary>
    public const string Format = "gdws-sensitivity/1";

    /// <summary>The metadata's key for <see cref="Format"/>.</summary>
    public const string FormatKey = "format";

    private const string FormatFamily = "gdws-sensitivity/";
    private const string ParameterEnding = ".weight";
    private static readonly string[] _prefixes = ["noise_gains.", "module."];

    /// <summary>Writes a file, whole or not at all. The same sensitivity gives the same bytes.</summary>
    /// <param name="path">The target, <c>.safetensors</c>.</param>
    /// <param name="estimate">The sensitivity.</param>
    /// <exception cref="GdwsException">The file can't be written.</exception>
    public static void Write(string path, SensitivityEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        Dictionary<string, string> metadata = new(estimate.Metadata, StringComparer.Ordinal) { [FormatKey] = Format };
        SafeTensors.Write(path, estimate.Layers.Select(layer => ToTensor(layer.Key, layer.Value)), metadata);
    }

    /// <summary>Reads a file; its format is told from its bytes, not from its name.</summary>
    /// <param name="path">Safetensors, or the paper's <c>alphas.pth</c>.</param>
    /// <returns>Names without the prefixes <c>noise_gains.</c> and <c>module.</c> and the ending <c>.weight</c>.</returns>
    /// <exception cref="InvalidFileException">
    /// The file is damaged, of a newer version, or holds something else than vectors of finite numbers of at least 0; the message names the layer.
    /// </exception>
    /// <exception cref="GdwsException">The file is missing or can't be read.</exception>
    public static SensitivityEstimate Read(string path)
    {
        Checkpoint file = Checkpoint.Load(path);
        if (file.Metadata.TryGetValue(FormatKey, out string? format) && format.StartsWith(FormatFamily, StringComparison.Ordinal) && format != Format)
            throw new InvalidFileException(path, $"is of the format {ShownName(format)}, expected {Format}: made by a newer gdws?");

        Dictionary<string, float[]> layers = new(StringComparer.Ordinal);
        foreach (CheckpointTensor tensor in file.State)
        {
            string layer = LayerOf(tensor.Name);
            if (!layers.TryAdd(layer, Values(path, layer, tensor)))
                throw new InvalidFileException(path, $"holds two vectors for the layer {layer}");
        }

        return new SensitivityEstimate(path, layers, file.Metadata);
    }

    private static CheckpointTensor ToTensor(string name, float[] values)
    {
        byte[] bytes = MemoryMarshal.AsBytes<float>(values).ToArray();
        return new CheckpointTensor(name, ElementType.Float32, [values.Length], bytes);
    }

    private static string LayerOf(string name)
    {
        foreach (string prefix in _prefixes)
        {
            if (name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal))
                name = name[prefix.Length..];
        }

        bool isParameter = name.Length > ParameterEnding.Length && name.EndsWith(ParameterEnding, StringComparison.Ordinal);
        return isParameter ? name[..^ParameterEnding.Length] : name;
    }

    private static float[] Values(string path, string layer, CheckpointTensor tensor)
    {
        if (tensor.Shape.Count != 1 || tensor.Shape[0] < 1)
        {
            string hint = tensor.Shape.Count == 4 ? " (is this a checkpoint?)" : "";
            throw new InvalidFileException(path, $"layer {layer}: expected a vector [C] of sensitivities, found the shape {tensor.ShapeText}{hint}");
        }

        float[] values = tensor.ToSingles();
        int wrong = Array.FindIndex(values, value => !(value >= 0 && float.IsFinite(value)));
        if (wrong < 0)
            return values;
        throw new InvalidFileException(
            path, $"layer {layer}: the sensitivity of channel {wrong} is {values[wrong]}, expected a finite number of at least 0");
    }

    private static string ShownName(string text) => new([.. text.Take(60).Select(c => char.IsControl(c) ? '?' : c)]);
}
