using System.Text.Json;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Torch.Training;

/// <summary>Trains a network: stochastic gradient descent over the batches of every epoch, measurement on images held out, checkpoints.</summary>
/// <param name="network">The network; its weights are changed.</param>
/// <param name="data">The images to train on.</param>
/// <param name="options">How.</param>
public sealed class Trainer(TrainableNetwork network, IImageDataset data, TrainingOptions options)
{
    private const string MetadataKey = "gdws.training";

    /// <summary>The network.</summary>
    public TrainableNetwork Network { get; } = network ?? throw new ArgumentNullException(nameof(network));

    /// <summary>The images to train on.</summary>
    public IImageDataset Data { get; } = data ?? throw new ArgumentNullException(nameof(data));

    /// <summary>How it is trained.</summary>
    public TrainingOptions Options { get; } = options ?? throw new ArgumentNullException(nameof(options));

    /// <summary>
    /// Images held out. After every epoch accuracy is measured on them, robust accuracy under PGD-10 where the method knows threat models, and the best epoch's
    /// weights become the result: long adversarial training overfits in its robust accuracy. Null for none, and the last epoch's weights.
    /// </summary>
    public IImageDataset? Validation { get; init; }

    /// <summary>A term that is added to the loss at every step, attached to the graph of the parameters; null for none.</summary>
    public Func<Tensor>? Penalty { get; init; }

    /// <summary>Is told after every epoch, before its checkpoint is written; may change parameters.</summary>
    public Action<EpochResult>? EpochEnded { get; init; }

    /// <summary>
    /// Where the state of the training is kept after every epoch and when it is stopped; null for nowhere. Written whole or not at all.
    /// </summary>
    public string? Checkpoint { get; init; }

    /// <summary>Whether the training goes on from <see cref="Checkpoint"/>. It then comes to the same bits on a CPU as one that was never stopped.</summary>
    public bool Resumes { get; init; }

    /// <summary>Trains.</summary>
    /// <param name="progress">Is told after every step.</param>
    /// <param name="cancellation">Stops at the next step, after writing the checkpoint.</param>
    /// <exception cref="GdwsException">
    /// The images don't suit the network, the checkpoint is of another training, or the loss is no number any more: then the last checkpoint stays as it is, and
    /// the message says at which step.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public TrainingResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        TorchRuntime.SettleThreads();
        Require(Data);
        if (Validation is not null)
            Require(Validation);
        using TrainingRun run = new(this);
        return run.ToEnd(progress, cancellation);
    }

    /// <summary>The trained network; its metadata (<c>gdws.training</c>, JSON) tell how it was trained.</summary>
    /// <param name="result">What <see cref="Run"/> returned.</param>
    public OnnxModel ToModel(TrainingResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        ModelProto proto = Network.ToModel().Proto.Clone();
        foreach (StringStringEntryProto old in proto.MetadataProps.Where(entry => entry.Key == MetadataKey).ToArray())
            proto.MetadataProps.Remove(old);
        SortedDictionary<string, string> recipe = new(Options.Describe().ToDictionary(), StringComparer.Ordinal)
        {
            ["data"] = $"{Data.Name} ({Data.Split})",
            ["images"] = $"{Data.Count}",
            ["held-out"] = Validation is { } images ? $"{images.Count}" : "none",
            ["epoch"] = $"{result.Best.Epoch}",
        };
        proto.MetadataProps.Add(new StringStringEntryProto { Key = MetadataKey, Value = JsonSerializer.Serialize(recipe) });
        return new OnnxModel(proto, Network.Model.Source);
    }

    private void Require(IImageDataset images)
    {
        if (images.Count == 0)
            throw new GdwsException($"data '{images.Name}': holds no images");
        TorchNetwork taken = Network.Network;
        images.RequireMatches(taken.Channels, taken.Height, taken.Width, taken.Classes, taken.Source);
        for (int i = 0; i < images.Count; i++)
        {
            if (images.Label(i) < 0 || images.Label(i) >= taken.Classes)
                throw new GdwsException($"data '{images.Name}': image {i} has the class {images.Label(i)}, {taken.Source} tells classes 0 to {taken.Classes - 1} apart");
        }
    }
}
