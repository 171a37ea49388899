using System.Globalization;
using Gdws.Checkpoints;

namespace Gdws.Torch.Calibration;

/// <summary>Keeps patch moments as safetensors: <c>LAYER.mean</c> (F64), <c>LAYER.covariance</c>, <c>LAYER.difference</c> and <c>LAYER.mean_covariance</c> (F32).</summary>
internal static class PatchMomentsFile
{
    private const string Format = "gdws-moments 1";
    private const string FormatKey = "format";

    public static void Save(PatchMoments moments, string path, IReadOnlyDictionary<string, string> metadata)
    {
        Dictionary<string, string> all = new(metadata, StringComparer.Ordinal) { [FormatKey] = Format };
        List<CheckpointTensor> tensors = [];
        foreach ((string name, LayerMoments layer) in moments.Layers)
        {
            all[$"{name}.patches"] = layer.Patches.ToString(CultureInfo.InvariantCulture);
            tensors.Add(Stored($"{name}.mean", layer.Mean, ElementType.Float64));
            tensors.Add(Stored($"{name}.covariance", layer.Covariance, ElementType.Float32));
            if (layer.Difference is not null)
                tensors.Add(Stored($"{name}.difference", layer.Difference, ElementType.Float32));
            if (layer.MeanCovariance is not null)
                tensors.Add(Stored($"{name}.mean_covariance", layer.MeanCovariance, ElementType.Float32));
        }

        SafeTensors.Write(path, tensors, all);
    }

    public static PatchMoments Load(string path, torch.Device device)
    {
        Checkpoint file = Checkpoint.Load(path);
        if (file.Metadata.GetValueOrDefault(FormatKey) != Format)
            throw new InvalidFileException(path, $"holds no patch moments: expected the format \"{Format}\" in its metadata");
        Dictionary<string, LayerMoments> layers = new(StringComparer.Ordinal);
        foreach (CheckpointTensor mean in file.State.Where(tensor => tensor.Name.EndsWith(".mean", StringComparison.Ordinal)))
        {
            string name = mean.Name[..^".mean".Length];
            int size = mean.Shape is [var length] ? length : throw new InvalidFileException(path, $"{mean.Name}: expected one dimension, found {mean.ShapeText}");
            if (!long.TryParse(file.Metadata.GetValueOrDefault($"{name}.patches"), NumberStyles.None, CultureInfo.InvariantCulture, out long patches))
                throw new InvalidFileException(path, $"layer {name}: the number of its patches is missing");
            layers[name] = new LayerMoments(
                patches,
                Loaded(file, mean, path, [size], device),
                Loaded(file, file.State[$"{name}.covariance"], path, [size, size], device),
                Optional("difference"),
                Optional("mean_covariance"));

            Tensor? Optional(string kind) =>
                file.State.TryGet($"{name}.{kind}", out CheckpointTensor? stored) ? Loaded(file, stored, path, [size, size], device) : null;
        }

        return new PatchMoments(layers);
    }

    private static CheckpointTensor Stored(string name, Tensor tensor, ElementType type)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor local = tensor.to(type == ElementType.Float64 ? ScalarType.Float64 : ScalarType.Float32, torch.CPU).contiguous();
        return new CheckpointTensor(name, type, [.. tensor.shape.Select(size => (int)size)], local.bytes.ToArray());
    }

    private static Tensor Loaded(Checkpoint file, CheckpointTensor tensor, string path, int[] shape, torch.Device device)
    {
        if (!tensor.Shape.SequenceEqual(shape) || tensor.Type is not (ElementType.Float32 or ElementType.Float64))
            throw new InvalidFileException(path, $"{tensor.Name}: expected real numbers of shape [{string.Join(", ", shape)}], found {tensor.Type} {tensor.ShapeText}");
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor stored = torch.empty([.. shape.Select(size => (long)size)], tensor.Type == ElementType.Float64 ? ScalarType.Float64 : ScalarType.Float32);
        tensor.Bytes.Span.CopyTo(stored.bytes);
        if (!stored.isfinite().all().item<bool>())
            throw new InvalidFileException(file.Path, $"{tensor.Name}: holds NaN or infinity");
        return stored.to(ScalarType.Float64, device, copy: true).MoveToOuterDisposeScope();
    }
}
