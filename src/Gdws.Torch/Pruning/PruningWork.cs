using System.Diagnostics;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch.Training;

namespace Gdws.Torch.Pruning;

/// <summary>One pruning on its way: the network as it is after the stages so far, and how these went.</summary>
internal sealed class PruningWork(
    OnnxModel model,
    IImageDataset data,
    IImageDataset? validation,
    PruningOptions options,
    torch.Device? device,
    IProgress<PruningProgress>? progress,
    CancellationToken cancellation)
{
    private readonly List<PruningStage> _stages = [];
    private OnnxModel _model = model;

    public PruningOptions Options => options;

    public IReadOnlyList<PruningStage> Stages => _stages;

    /// <summary>The network as it is now, to be trained.</summary>
    public TrainableNetwork Begin() => new(_model, device);

    /// <summary>Goes on with the network as it is now.</summary>
    public void Continue(TrainableNetwork network) => _model = network.ToModel();

    public void Train(string name, TrainableNetwork network, TrainingOptions training, bool validates, Func<Tensor>? penalty = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Trainer trainer = new(network, data, training) { Validation = validates ? validation : null, Penalty = penalty };
        TrainingResult result = trainer.Run(progress is null ? null : new Relay(name, progress), cancellation);
        _stages.Add(new PruningStage(name, result, Math.Round(watch.Elapsed.TotalSeconds, 3)));
    }

    private sealed class Relay(string stage, IProgress<PruningProgress> target) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => target.Report(new PruningProgress(stage, value));
    }
}
