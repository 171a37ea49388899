using Gdws.Cli.Output;
using Gdws.Cli.Pruning;
using Gdws.Cli.Sweeps;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Pruning;

namespace Gdws.Cli.Comparison;

/// <summary>Makes the pruned networks of a comparison.</summary>
internal sealed class PrunedNetworks(
    PruningSet prunings, string device, IAnswers answers, string version, IProgress<WorkProgress> progress, CancellationToken cancellation)
{
    /// <summary>One network a way to prune, in order.</summary>
    public IEnumerable<SweptNetwork> All(SweptNetwork dense)
    {
        string images = DataIdentity.Of(prunings.Images);
        foreach (PruningOptions options in prunings.Options)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Pruned(dense, options, images);
        }
    }

    private SweptNetwork Pruned(SweptNetwork dense, PruningOptions options, string images)
    {
        string file = PruningSet.FileOf(options), name = PruningSet.NameOf(options);
        object question = new { version, dense.Sha256, images, device, Recipe = options.Describe() };
        PruningFigure? made = null;
        (OnnxModel model, double seconds) = answers.Network(file, question, () =>
        {
            PruningResult result = Prune(dense.Model, options, name);
            made = PruningFigure.Of(options, result);
            return result.Network;
        });
        PruningFigure figure = answers.Get("pruning", question, () => made ?? PruningFigure.Of(options, Prune(dense.Model, options, name)));

        SweptNetwork swept = SweptNetwork.Of(model, new NetworkResult
        {
            Name = name,
            Kind = PruningSet.KindOf(options),
            Network = file,
            Pruning = figure,
            Seconds = seconds,
        });
        long zeros = options.Structure == PruningStructure.Filter ? 0 : figure.Weights - figure.WeightsKept;
        return swept with
        {
            Result = swept.Result with
            {
                SpeedupMacs = (double)dense.Result.Macs!.Value / swept.Result.Macs!.Value,
                SizeRatio = (double)dense.Result.Parameters!.Value / (swept.Result.Parameters!.Value - zeros),
            },
        };
    }

    private PruningResult Prune(OnnxModel dense, PruningOptions options, string name)
    {
        Pruner pruner = new(dense, prunings.Images, options) { Device = TorchRuntime.Device(device) };
        return pruner.Run(new RelayedProgress<PruningProgress>(progress, p => PruningWorkProgress.Of(p, $"{name}: ")), cancellation);
    }
}
