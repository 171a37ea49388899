using Gdws.Cli.Verbs;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch.Training;

namespace Gdws.Cli.Training;

/// <summary>A training as JSON.</summary>
internal static class TrainingDocument
{
    public static object Of(
        VerbContext context, OnnxModel model, string output, IImageDataset training, IImageDataset? heldOut, TrainingOptions options, TrainingResult result) => new
        {
            Network = model.Source,
            Output = output,
            Data = training.Name,
            training.Split,
            Images = training.Count,
            HeldOut = heldOut?.Count,
            Method = options.Method.Name,
            Threats = options.Method.ThreatModels.Select(threat => new { Norm = threat.NormName, threat.Epsilon }),
            Recipe = options.Describe(),
            options.Seed,
            context.Seconds,
            BestEpoch = result.Best.Epoch,
            StoppedEarly = result.IsStoppedEarly,
            Epochs = result.Epochs.Select(epoch => new
            {
                epoch.Epoch,
                epoch.LearningRate,
                epoch.Loss,
                epoch.TrainingNatural,
                epoch.TrainingRobust,
                HeldOut = epoch.Validation is { } held
                    ? new { held.Images, held.Natural, NaturalAccuracy = 100.0 * held.Natural / held.Images, held.Robust, RobustAccuracy = 100.0 * held.Robust / held.Images }
                    : null,
                epoch.Seconds,
            }),
        };
}
