using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Tests.House.Samples;

internal static class ApproximateSample
{
    public static void Run(string source, string target)
    {
        OnnxModel network = OnnxModel.Load(source);
        Spectra spectra = Spectra.Of(network);

        // LEGO, layer by layer; or one threshold for the whole network: Planner.WithinMacs(spectra, speedup: 2)
        GdwsPlan plan = Planner.WithinError(spectra, beta: 0.005);
        foreach (PlannedLayer layer in plan.Layers)
            Console.WriteLine($"{layer.Name}: {(layer.IsGdws ? $"{layer.Kernels} kernels" : layer.Reason)}");

        OnnxModel fast = plan.ApplyTo(network);
        fast.Save(target);
    }
}
