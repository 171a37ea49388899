using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch.Attacks;
using Gdws.Torch.Training;

namespace Gdws.Tests.House.Samples;

internal static class TrainSample
{
    public static void Run(IImageDataset images, IImageDataset heldOut)
    {
        using TrainableNetwork network = new(OnnxModel.Load("net.onnx"));
        TrainingOptions options = new(new TradesTraining(new ThreatModel(Norm.Linf, 8.0 / 255))) { Epochs = 20, AverageDecay = 0.999 };
        Trainer trainer = new(network, images, options) { Validation = heldOut, Checkpoint = "net.training.safetensors" };
        TrainingResult result = trainer.Run();
        trainer.ToModel(result).Save("trained.onnx");
    }
}
