using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;

namespace Gdws.Tests.House.Samples;

internal static class ConvertSample
{
    public static void Run(string checkpoint, string target)
    {
        StateDict state = Checkpoint.Load(checkpoint).State;
        OnnxModel network = Architecture.Build("auto", state, new ArchitectureOptions
        {
            Input = InputConversion.Parse("cifar10"),
        });
        network.Save(target);
    }
}
