using Gdws.Cli.Output;
using Gdws.Cli.Sweeps;
using Gdws.Data;
using Gdws.Torch.Attacks;
using Gdws.Torch.Calibration;

namespace Gdws.Cli.Demo;

/// <summary>The main job on the network that ships: a small sweep.</summary>
internal static class DemoRun
{
    public static SweepResult Run(DemoSetup setup, IAnswers answers, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        IImageDataset all = ImageDataset.Open(setup.Data);
        IImageDataset images = all.Take(all.Count - setup.CalibrationImages);
        SweepSetup sweep = new()
        {
            Network = setup.Network,
            Images = images,
            Attacked = setup.AttackedImages,
            Budgets = setup.Speedups,
            CalibratedBudgets = setup.CalibratedSpeedups,
            CalibrationImages = all.Skip(images.Count),
            CanCalibrateByHand = false,
            Calibration = new CalibrationOptions
            {
                Samples = 2 * setup.CalibrationImages,
                Attack = (PgdAttack)setup.CalibrationAttack.ToAttack(),
                Seed = setup.Seed,
            },
            Attacks = [setup.Attack],
            EvaluationBatch = setup.Batch,
            Duration = setup.BenchmarkTime,
            Pictures = setup.Pictures,
            Seed = setup.Seed,
            Title = "A robust network, before and after",
            Introduction = "A PreActResNet-18 of width 16, adversarially trained on Fashion-MNIST, and the same network with its 3×3 convolutions replaced by"
                + " generalized depthwise-separable (GDWS) ones. Nothing was trained. The calibrated networks were fitted in closed form to what the dense one"
                + $" computes on {setup.CalibrationImages:N0} images on which nothing below is measured.",
            Command = setup.Seed == 0 ? "gdws demo" : $"gdws demo --seed {setup.Seed}",
        };
        return new SweepRun(sweep, answers, progress, cancellation).Run();
    }
}
