using System.Security.Cryptography;
using Gdws.Data;

namespace Gdws.Torch.Training;

/// <summary>What a checkpoint belongs to: the network as it was before training, the images, the options.</summary>
/// <param name="Network">A digest of the network's file.</param>
/// <param name="Parameters">The trained tensors and their shapes, by name.</param>
/// <param name="Data">The images.</param>
/// <param name="Validation">The images held out, or <c>none</c>.</param>
/// <param name="Options">Everything else that decides the result.</param>
internal sealed record TrainingIdentity(
    string Network, IReadOnlyDictionary<string, long[]> Parameters, string Data, string Validation, IReadOnlyDictionary<string, string> Options)
{
    public static TrainingIdentity Of(Trainer trainer) => new(
        Convert.ToHexStringLower(SHA256.HashData(trainer.Network.Model.ToBytes())),
        trainer.Network.State.ToDictionary(entry => entry.Key, entry => entry.Value.shape, StringComparer.Ordinal),
        Describe(trainer.Data),
        trainer.Validation is { } images ? Describe(images) : "none",
        trainer.Options.Describe());

    /// <summary>Says what differs, or null.</summary>
    public string? DifferenceTo(TrainingIdentity other)
    {
        if (Network != other.Network)
            return "it is of another network";
        if (Data != other.Data)
            return $"it was trained on {Data}, not on {other.Data}";
        if (Validation != other.Validation)
            return $"its images held out were {Validation}, not {other.Validation}";
        foreach ((string name, string value) in Options)
        {
            if (other.Options.GetValueOrDefault(name) is var asked && asked != value)
                return $"its {name} is {value}, not {asked}";
        }

        return null;
    }

    private static string Describe(IImageDataset images)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < images.Count; i++)
            hash.AppendData(BitConverter.GetBytes(images.Label(i)));
        return $"{images.Count} images of {images.Channels}×{images.Height}×{images.Width} ({images.Split}, labels {Convert.ToHexStringLower(hash.GetHashAndReset())[..8]})";
    }
}
