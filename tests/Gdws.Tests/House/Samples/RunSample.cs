using Gdws.Execution.Engine;

namespace Gdws.Tests.House.Samples;

internal static class RunSample
{
    public static void Run(string network, float[] image)
    {
        using InferenceSession session = InferenceSession.Load(network, threads: 1);
        float[] logits = new float[session.Classes];

        // image: [C, H, W], RGB, values in [0,1]
        session.Run(image, 1, logits);
        foreach ((int label, float score) in InferenceSession.TopK(logits, 3))
            Console.WriteLine($"class {label}: {score:F2}");
    }
}
