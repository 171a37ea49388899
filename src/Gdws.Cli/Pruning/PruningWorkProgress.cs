using Gdws.Cli.Output;
using Gdws.Torch.Pruning;
using Gdws.Torch.Training;

namespace Gdws.Cli.Pruning;

/// <summary>How far a pruning is, for the display.</summary>
internal static class PruningWorkProgress
{
    /// <summary>What the display shows.</summary>
    /// <param name="value">How far it is.</param>
    /// <param name="prefix">What stands before the stage.</param>
    public static WorkProgress Of(PruningProgress value, string prefix = "")
    {
        TrainingProgress training = value.Training;
        string robust = training.Robust is { } share ? $", robust {share:F1} %" : "", part = prefix + value.Stage;
        return training.IsValidation
            ? new WorkProgress($"{part}, held out", training.Done, training.Total + 1, "images")
            : new WorkProgress(part, training.Done, training.Total, "steps") { Note = $"epoch {training.Epoch}, loss {training.Loss:F3}{robust}" };
    }
}
