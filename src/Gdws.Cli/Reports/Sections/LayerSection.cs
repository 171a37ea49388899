using System.Text;
using Gdws.Cli.Output;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports.Sections;

/// <summary>What became of every layer; one panel a network, of which the page shows the chosen one.</summary>
internal static class LayerSection
{
    public static string Write(SweepResult result)
    {
        (int Index, NetworkResult Network)[] networks = [.. result.Networks.Index().Where(entry => entry.Item.Layers.Count > 0)];
        if (networks.Length == 0)
            return "";

        StringBuilder html = new();
        html.Append("<p class=\"chooser\"><label for=\"network\">Network</label> <select id=\"network\">");
        foreach ((int index, NetworkResult network) in networks)
            html.Append($"<option value=\"{index}\">{Html.Text(network.Name)}</option>");
        html.Append("</select></p>\n");
        foreach ((int index, NetworkResult network) in networks)
            html.Append($"<div class=\"panel\" data-network=\"{index}\">\n<h3>{Html.Text(network.Name)}</h3>\n{Panel(result, network, index)}</div>\n");
        return html.ToString();
    }

    private static string Panel(SweepResult result, NetworkResult network, int index)
    {
        LayerFigure[] replaced = [.. network.Layers.Where(layer => layer.Reason is null)];
        StringBuilder html = new();
        html.Append("<div class=\"pair\">\n");
        html.Append(Html.Figure(
            $"macs-{index}",
            "Multiply-accumulates (MACs) an image, before and after",
            $"MACs of every convolution before and after: {replaced.Length} of {network.Layers.Count} became GDWS convolutions. The table below has the figures."));
        if (network.Layers.Any(layer => layer.MillisecondsBefore is not null))
            html.Append(Html.Figure($"milliseconds-{index}", "Milliseconds a run, before and after", "Milliseconds of every convolution before and after. The table below has the figures."));
        if (network.Layers.Any(layer => layer.ChannelsByKernels.Count > 0))
        {
            html.Append(Html.Figure(
                $"kernels-{index}",
                "Share of input channels with g = 0, 1, 2, … kernels, in percent",
                "The distribution of the number of kernels over the input channels of every layer: " + string.Join("; ", replaced.Select(Distribution)) + "."));
        }

        html.Append("</div>\n");
        if (result.Spectra.Count > 0 && replaced.Length > 0)
            html.Append(Spectra(network, index, result));
        return html.Append(Table(network).Write()).ToString();
    }

    private static string Distribution(LayerFigure layer) =>
        $"{layer.Name}: on average {(double)layer.Kernels / Math.Max(layer.Channels, 1):F2} a channel"
        + (layer.ChannelsByKernels is [> 0 and var unused, ..] ? $", {unused} of {layer.Channels} channels unused" : "");

    private static string Spectra(NetworkResult network, int index, SweepResult result)
    {
        string note = network.Kind == NetworkKind.Calibrated
            ? "Singular values of all channel matrices of a layer, largest first, relative to the largest; filled: as many as were kept. This network's kernels were"
              + " chosen by what the layer's output loses on images, so they aren't simply those with the largest singular values."
            : "Singular values of all channel matrices of a layer, largest first, relative to the largest; filled: the kept part.";
        string alternative = "Spectra. Kept: " + string.Join("; ", network.Layers.Where(layer => layer.Reason is null).Select(layer =>
            result.Spectra.FirstOrDefault(spectrum => spectrum.Layer == layer.Name) is { Components: > 0 } spectrum
                ? $"{layer.Name} {layer.Kernels} of {spectrum.Components}"
                : $"{layer.Name} {layer.Kernels}")) + ".";
        return Html.Figure($"spectra-{index}", "Spectra and what was kept of them", alternative, note);
    }

    private static HtmlTable Table(NetworkResult network)
    {
        HtmlTable table = new HtmlTable($"Layers of {network.Name}").Words("layer")
            .Figures("M", "C", "K", "G", "G/C", "MACs before", "after", "saving", "ms before", "ms after", "weighted error").Words("left alone because it");
        foreach (LayerFigure layer in network.Layers)
        {
            bool isGdws = layer.Reason is null;
            table.Row(
                layer.Name,
                $"{layer.Outputs}",
                $"{layer.Channels}",
                layer.Kernel is [var height, var width] ? height == width ? $"{height}" : $"{height}×{width}" : "",
                isGdws ? $"{layer.Kernels}" : "",
                isGdws ? $"{(double)layer.Kernels / Math.Max(layer.Channels, 1):F2}" : "",
                Quantity.Large(layer.MacsBefore),
                isGdws ? Quantity.Large(layer.MacsAfter) : "",
                isGdws && layer.MacsAfter > 0 ? Quantity.Ratio((double)layer.MacsBefore / layer.MacsAfter) : "",
                layer.MillisecondsBefore is { } before ? Quantity.Small(before) : "",
                layer.MillisecondsAfter is { } after ? Quantity.Small(after) : "",
                isGdws ? Quantity.Small(layer.WeightedError) : "",
                layer.Reason ?? "");
        }

        return table;
    }
}
