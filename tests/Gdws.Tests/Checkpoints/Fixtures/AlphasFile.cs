using Gdws.Checkpoints;

namespace Gdws.Tests.Checkpoints.Fixtures;

/// <summary>The <c>alphas.pth</c> of the GDWS paper's code: vectors under the parameters' names, and how they were made.</summary>
internal static class AlphasFile
{
    /// <summary>Its bytes for every convolution of a state dict.</summary>
    public static byte[] Bytes(StateDict state)
    {
        TorchFixture file = new(legacy: true);
        List<(string, Action<PickleWriter>)> gains = [];
        foreach (CheckpointTensor weight in state.Where(tensor => tensor.Shape.Count == 4))
        {
            string key = $"{100 + gains.Count}";
            float[] alpha = Of(weight);
            file.WithStorage(key, "FloatStorage", alpha);
            gains.Add(($"module.{weight.Name}", file.Tensor(key, 0, [alpha.Length], [1])));
        }

        return file.Write(w => w.Dictionary(
            ("noise_gains", v => v.Dictionary([.. gains])),
            ("attack", v => v.Text("pgd")),
            ("attack-iters", v => v.Integer(10)),
            ("sample_size", v => v.Integer(1000))));
    }

    /// <summary>The values of one weight <c>[M, C, K, K]</c>: C numbers above 0.</summary>
    public static float[] Of(CheckpointTensor weight) => [.. Enumerable.Range(0, weight.Shape[1]).Select(c => 0.25f + c + (weight.Name.Length % 5))];
}
