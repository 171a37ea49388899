using Gdws.Planning;

namespace Gdws.Latency;

/// <summary>Brings times of layers by themselves in line with those of whole networks.</summary>
internal static class ScaleFit
{
    // A layer in its network can be somewhat slower or faster than by itself; by more, something else went wrong.
    private const double Least = 0.5;
    private const double Most = 2;

    /// <summary>The model with the scale that suits whole networks best, by the squares of relative errors, and with these as checks.</summary>
    /// <param name="model">The model with scale 1, without times of whole networks.</param>
    /// <param name="variants">Kernels by the name of the layer.</param>
    /// <param name="measured">Milliseconds a run: of the network as it is, then of each variant.</param>
    public static LatencyModel Of(LatencyModel model, IReadOnlyList<IReadOnlyDictionary<string, int>> variants, IReadOnlyList<Quartiles> measured)
    {
        model = model with { Milliseconds = measured[0].Median };
        double products = 0, squares = 0;
        for (int i = 0; i < variants.Count; i++)
        {
            double time = measured[i + 1].Median;
            double predicted = (model.Predict(variants[i]) - model.Milliseconds) / time, found = (time - model.Milliseconds) / time;
            products += predicted * found;
            squares += predicted * predicted;
        }

        double scale = squares > 0 ? Math.Clamp(products / squares, Least, Most) : 1;
        model = model with { Scale = Math.Round(scale, 4) };
        return model with
        {
            Checks =
            [
                Check(null, model.Milliseconds, measured[0]),
                .. variants.Select((kernels, i) => Check(WholeNetworks.Ratios[i], model.Predict(kernels), measured[i + 1])),
            ],
        };
    }

    private static LatencyCheck Check(double? ratio, double predicted, Quartiles measured) =>
        new(ratio, Math.Round(predicted, 6), measured.Median, measured.Low, measured.High);
}
