using System.Text.Json;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports;

/// <summary>What the page's script draws, worked out here so that it only has to draw.</summary>
internal static class ChartData
{
    public static string Of(SweepResult result) => JsonSerializer.Serialize(
        new
        {
            Robust = TradeOffPoint.Of(result.Networks, network => network.RobustCount),
            Natural = TradeOffPoint.Of(result.Networks, network => network.Natural is { } natural ? (natural.Correct, natural.Images) : null),
            result.Spectra,
            Layers = result.Networks.Select(Layers),
            Attacks = AttackShares.Of(result),
            Efforts = Effort.Of(result),
        },
        SweepJson.Options);

    private static object Layers(NetworkResult network) => new
    {
        network.Kind,
        Rows = network.Layers.Select(layer => new
        {
            layer.Name,
            IsGdws = layer.Reason is null,
            layer.Kernels,
            layer.MacsBefore,
            layer.MacsAfter,
            layer.MillisecondsBefore,
            layer.MillisecondsAfter,
        }),
        Channels = network.Layers.Where(layer => layer.ChannelsByKernels.Count > 0).Select(layer => new
        {
            layer.Name,
            Shares = (IReadOnlyList<double>)[.. layer.ChannelsByKernels.Select(count => Math.Round((double)count / Math.Max(layer.Channels, 1), 4))],
        }),
    };
}
