using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;

namespace Gdws.Cli.Evaluation;

/// <summary>Makes the first line of an outcome file.</summary>
internal static class OutcomeHeaders
{
    /// <param name="model">The network.</param>
    /// <param name="data">All images, not only those of this evaluation.</param>
    /// <param name="images">Those of this evaluation.</param>
    /// <param name="attacks">The attacks.</param>
    /// <param name="seed">Decides everything random.</param>
    /// <param name="device">What computes.</param>
    public static OutcomeHeader Of(OnnxModel model, IImageDataset data, OutcomeRange images, IReadOnlyList<AttackChoice> attacks, int seed, string device) => new()
    {
        GdwsOutcomes = OutcomeHeader.Version,
        Network = new OutcomeNetwork(Path.GetFileName(model.Source), Hex(SHA256.HashData(model.ToBytes()))),
        Data = new OutcomeData(data.Name.Split(':')[0], data.Split, data.Count, Fingerprint(data)),
        Images = images,
        Seed = seed,
        Device = device,
        Attacks = [.. attacks.Select(choice => new OutcomeAttack(choice, Runs(choice)))],
        Versions = new OutcomeVersions(typeof(TorchNetwork).Assembly.GetName().Version!.ToString(3), TorchRuntime.LibraryVersion),
    };

    /// <summary>All settings of what an attack consists of.</summary>
    public static JsonArray Runs(AttackChoice choice)
    {
        IAttack attack = choice.ToAttack();
        IReadOnlyList<IAttack> runs = attack is AutoAttack whole ? whole.Attacks : [attack];
        return [.. runs.Select(run => JsonSerializer.SerializeToNode(run, run.GetType(), OutcomeHeader.Format))];
    }

    /// <summary>Images may take long to decode; all labels and one image tell one dataset from another.</summary>
    private static string Fingerprint(IImageDataset data)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int[] labels = [.. Enumerable.Range(0, data.Count).Select(data.Label)];
        hash.AppendData(MemoryMarshal.AsBytes<int>([data.Channels, data.Height, data.Width, data.Classes, .. labels]));
        float[] first = new float[data.ImageLength()];
        data.CopyImage(0, first);
        hash.AppendData(MemoryMarshal.AsBytes<float>(first));
        return Hex(hash.GetHashAndReset());
    }

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);
}
