using System.Runtime.InteropServices;
using System.Text.Json;
using Gdws.Checkpoints;

namespace Gdws.Torch.Training;

/// <summary>
/// The state of a training in one safetensors file: tensors under <c>state/</c>, <c>velocity/</c>, <c>average/</c> and <c>best/</c>, and JSON in its metadata.
/// It is written whole or not at all. On a CPU a training that goes on from it comes to the same bits as one that was never stopped.
/// </summary>
internal sealed class TrainingCheckpoint(string path, TrainingIdentity identity)
{
    private const string StateKey = "gdws.training";
    private const string IdentityKey = "gdws.training.of";

    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public string Path => path;

    public bool Exists => File.Exists(path);

    public void Write(TrainingState state)
    {
        SafeTensors.Write(
            path,
            Tensors(state),
            new Dictionary<string, string>
            {
                [IdentityKey] = JsonSerializer.Serialize(identity, Format),
                [StateKey] = JsonSerializer.Serialize(state.Record, Format),
            });
    }

    /// <exception cref="GdwsException">The file is missing, damaged, or of another training.</exception>
    public void Read(TrainingState state)
    {
        Checkpoint file = Checkpoint.Load(path);
        if (!file.Metadata.TryGetValue(StateKey, out string? record) || !file.Metadata.TryGetValue(IdentityKey, out string? of))
            throw new InvalidFileException(path, "is no checkpoint of a training by gdws: a training can't go on from weights alone");
        TrainingIdentity found = Parse<TrainingIdentity>(of);
        if (found is not { Network: not null, Data: not null, Validation: not null, Options: not null })
            throw new InvalidFileException(path, "its metadata is damaged");
        if (found.DifferenceTo(identity) is { } difference)
            throw new GdwsException($"{path}: can't go on from this checkpoint: {difference}");

        state.Record = Sound(Parse<TrainingRecord>(record));
        foreach ((string name, Tensor tensor) in state.Network.State)
            Copy(file.State, $"state/{name}", tensor);
        foreach ((string name, Tensor tensor) in state.Average?.Values ?? new Dictionary<string, Tensor>())
            Copy(file.State, $"average/{name}", tensor);
        foreach ((string name, Tensor tensor) in state.Network.State)
        {
            if (file.State.Contains($"velocity/{name}"))
                state.Descent.Restore(name, Loaded(file.State, $"velocity/{name}", tensor));
            if (state.Record.BestEpoch > 0)
                state.Best[name] = Loaded(file.State, $"best/{name}", tensor).DetachFromDisposeScope();
        }
    }

    private static IEnumerable<CheckpointTensor> Tensors(TrainingState state) =>
    [
        .. state.Network.State.Select(entry => Of("state/", entry)),
        .. state.Descent.Velocities.Select(entry => Of("velocity/", entry)),
        .. (state.Average?.Values ?? new Dictionary<string, Tensor>()).Select(entry => Of("average/", entry)),
        .. state.Best.Select(entry => Of("best/", entry)),
    ];

    private static CheckpointTensor Of(string prefix, KeyValuePair<string, Tensor> entry)
    {
        float[] values = new float[entry.Value.numel()];
        entry.Value.CopyTo(values);
        return new CheckpointTensor(
            prefix + entry.Key, ElementType.Float32, [.. entry.Value.shape.Select(size => (int)size)], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    private T Parse<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Format) ?? throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw new InvalidFileException(path, "its metadata is damaged", exception);
        }
    }

    private TrainingRecord Sound(TrainingRecord record)
    {
        bool isSound = record.Epoch >= 0 && record.Step >= 0 && record.History is not null && record.History.Count == record.Epoch && record.History.All(epoch => epoch is not null)
            && record.BestEpoch >= 0 && record.BestEpoch <= record.Epoch && record.Losses == record.Step && double.IsFinite(record.LossSum);
        return isSound ? record : throw new InvalidFileException(path, "its metadata contradicts itself");
    }

    private Tensor Loaded(StateDict file, string name, Tensor like)
    {
        Tensor tensor = torch.zeros_like(like, requires_grad: false);
        Copy(file, name, tensor);
        return tensor;
    }

    private void Copy(StateDict file, string name, Tensor target)
    {
        if (!file.TryGet(name, out CheckpointTensor? source))
            throw new InvalidFileException(path, $"has no tensor {name}");
        if (source.Type != ElementType.Float32 || !source.Shape.Select(size => (long)size).SequenceEqual(target.shape))
            throw new InvalidFileException(path, $"tensor {name}: expected float32 [{string.Join(", ", target.shape)}], found {source.Type.Name()} {source.ShapeText}");
        using IDisposable noGradients = torch.no_grad();
        using Tensor onCpu = ImageTensors.From(source.ToSingles(), target.shape);
        target.copy_(onCpu);
    }
}
