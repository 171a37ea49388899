using Gdws.Data;
using Gdws.Onnx;
using Gdws.Planning;
using Gdws.Torch.Calibration;

namespace Gdws.Tests.House.Samples;

internal static class CalibrateSample
{
    public static void Run(string source, string data, string target)
    {
        Spectra spectra = Spectra.Of(OnnxModel.Load(source));
        Budget budget = new(BudgetKind.SpeedupMacs, 2, Planner.RuntimeBlock);

        // Not the images that the network is judged by afterwards; their labels aren't needed.
        IImageDataset images = ImageDataset.Open(data, "train");
        CalibrationResult result = Calibrator.Run(spectra, images, budget, new CalibrationOptions { Samples = 2000 });
        result.Network.Save(target);
    }
}
