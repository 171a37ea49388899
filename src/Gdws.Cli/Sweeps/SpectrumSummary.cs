using Gdws.Decomposition;
using Gdws.Planning;

namespace Gdws.Cli.Sweeps;

/// <summary>The singular values of a layer's channel matrices, largest first, thinned to what a picture can show.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Components">C·min(M, K²), how many there are.</param>
/// <param name="Values">Values at evenly spaced ranks from the first to the last, as shares of the largest one; 0 to 1, descending.</param>
internal sealed record SpectrumSummary(string Layer, int Components, IReadOnlyList<double> Values)
{
    private const int Shown = 65;

    /// <summary>The spectra of all layers that may become GDWS convolutions.</summary>
    public static IReadOnlyList<SpectrumSummary> Of(Spectra spectra) =>
        [.. spectra.Layers.Where(layer => layer.Spectrum is not null).Select(layer => Of(layer.Name, layer.Spectrum!))];

    private static SpectrumSummary Of(string name, LayerSpectrum spectrum)
    {
        List<double> values = new(spectrum.Components);
        for (int channel = 0; channel < spectrum.Inputs; channel++)
            values.AddRange(spectrum.SingularValues(channel));
        values.Sort((a, b) => b.CompareTo(a));
        int shown = Math.Min(Shown, values.Count);
        double largest = values[0];
        return new SpectrumSummary(name, values.Count, [.. Enumerable.Range(0, shown).Select(i =>
        {
            int rank = shown == 1 ? 0 : (int)((long)i * (values.Count - 1) / (shown - 1));
            return largest <= 0 ? 0 : double.Parse((values[rank] / largest).ToString("G4"));
        })]);
    }
}
