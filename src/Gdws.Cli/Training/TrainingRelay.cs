using Gdws.Cli.Output;
using Gdws.Torch.Training;

namespace Gdws.Cli.Training;

/// <summary>Shows a training as one bar over all its steps, with what it has reached in the epoch so far, or how far the measurement after it is.</summary>
internal sealed class TrainingRelay(IProgress<WorkProgress> target) : IProgress<TrainingProgress>
{
    private WorkProgress _steps = new("training", 0, 1, "steps");

    public void Report(TrainingProgress value)
    {
        if (value.IsValidation)
        {
            target.Report(_steps with { Note = $"held out {value.Done} of {value.Total}" });
            return;
        }

        string natural = value.Natural is { } right ? $", natural {right:F0} %" : "";
        string robust = value.Robust is { } share ? $", robust {share:F0} %" : "";
        _steps = new("training", value.Done, value.Total, "steps") { Note = $"loss {value.Loss:F2}{natural}{robust}" };
        target.Report(_steps);
    }
}
