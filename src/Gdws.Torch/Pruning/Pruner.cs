using System.Text.Json;
using Gdws.Data;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Torch.Training;

namespace Gdws.Torch.Pruning;

/// <summary>Prunes a network: finds what can go, and trains what stays.</summary>
/// <param name="model">The network; isn't changed.</param>
/// <param name="data">The images to train on.</param>
/// <param name="options">How.</param>
public sealed class Pruner(OnnxModel model, IImageDataset data, PruningOptions options)
{
    private const string MetadataKey = "gdws.pruning";

    /// <summary>Images held out, to choose the best epoch by; null for none.</summary>
    public IImageDataset? Validation { get; init; }

    /// <summary>Where it runs; null for the CPU.</summary>
    public torch.Device? Device { get; init; }

    /// <summary>Prunes.</summary>
    /// <param name="progress">Is told after every step.</param>
    /// <param name="cancellation">Stops at the next step.</param>
    /// <exception cref="GdwsException">The images don't suit the network, there is nothing to prune, or the loss is no number any more.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public PruningResult Run(IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        TorchRuntime.SettleThreads();
        PruningWork work = new(model, data, Validation, options, Device, progress, cancellation);
        Dictionary<string, Tensor> masks = options.Method switch
        {
            PruningMethod.Hydra => HydraScores.Search(work),
            PruningMethod.Admm => AdmmSearch.Search(work),
            _ => OfMagnitude(work),
        };
        try
        {
            OnnxModel pruned = FineTuned(work, masks);
            int removed = 0;
            if (options.Structure == PruningStructure.Filter)
                (pruned, removed) = DeadChannels.RemoveFrom(pruned);
            return new PruningResult(WithRecipe(pruned), [.. masks.Select(entry => Layer(entry.Key, entry.Value))], work.Stages, removed);
        }
        finally
        {
            foreach (Tensor mask in masks.Values)
                mask.Dispose();
        }
    }

    private static Dictionary<string, Tensor> OfMagnitude(PruningWork work)
    {
        using TrainableNetwork network = work.Begin();
        return PrunableLayer.Of(network, work.Options.Structure).ToDictionary(
            layer => layer.Weight, layer => PruningMask.Of(network[layer.Weight].Value, work.Options.Ratio, work.Options.Structure), StringComparer.Ordinal);
    }

    private static OnnxModel FineTuned(PruningWork work, Dictionary<string, Tensor> masks)
    {
        using TrainableNetwork network = work.Begin();
        List<Tensor> filters = [];
        try
        {
            foreach (PrunableLayer layer in PrunableLayer.Of(network, work.Options.Structure))
            {
                Tensor mask = masks[layer.Weight];
                network.Express(layer.Weight, weight => weight.mul(mask));
                if (work.Options.Structure != PruningStructure.Filter)
                    continue;
                Tensor ofFilters = PruningMask.OfFilters(mask);
                filters.Add(ofFilters);
                foreach (string name in layer.OfFilters)
                    network.Express(name, value => value.mul(ofFilters));
            }

            work.Train("fine-tuning", network, work.Options.FineTuning, validates: true);
            return network.ToModel();
        }
        finally
        {
            filters.ForEach(filter => filter.Dispose());
        }
    }

    private static PrunedLayer Layer(string name, Tensor mask)
    {
        using Tensor count = mask.sum();
        return new PrunedLayer(name, mask.numel(), (long)count.to_type(ScalarType.Float64).item<double>());
    }

    private OnnxModel WithRecipe(OnnxModel pruned)
    {
        ModelProto proto = pruned.Proto.Clone();
        foreach (StringStringEntryProto old in proto.MetadataProps.Where(entry => entry.Key == MetadataKey).ToArray())
            proto.MetadataProps.Remove(old);
        SortedDictionary<string, string> recipe = new(options.Describe().ToDictionary(), StringComparer.Ordinal)
        {
            ["data"] = $"{data.Name} ({data.Split})",
            ["images"] = $"{data.Count}",
            ["held-out"] = Validation is { } images ? $"{images.Count}" : "none",
        };
        proto.MetadataProps.Add(new StringStringEntryProto { Key = MetadataKey, Value = JsonSerializer.Serialize(recipe) });
        return new OnnxModel(proto, model.Source);
    }
}
