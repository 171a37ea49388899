using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;

namespace Gdws.Tests.House.Samples;

internal static class RobustnessSample
{
    public static void Run(string network, string data)
    {
        // data: e.g. cifar10:cifar-10-batches-bin
        IImageDataset images = ImageDataset.Open(data).Take(100);
        using TorchNetwork torchNetwork = new(OnnxModel.Load(network));
        ThreatModel threat = new(Norm.Linf, 8.0 / 255);
        RobustnessEvaluation evaluation = new()
        {
            Attacks = [new PgdAttack(threat) { Step = 2.0 / 255, Iterations = 20 }],
        };

        EvaluationResult result = evaluation.Run(torchNetwork, images);
        Console.WriteLine($"natural {result.Natural.Accuracy:F1} %, robust {result.Robust[0].Accuracy:F1} %");
    }
}
