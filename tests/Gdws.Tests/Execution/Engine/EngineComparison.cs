using Gdws.Execution;
using Gdws.Execution.Engine;
using Gdws.Execution.Engine.Kernels;
using Gdws.Onnx;
using Gdws.OnnxRuntime;
using Gdws.Tests.Architectures;
using Gdws.Tests.Planning;

namespace Gdws.Tests.Execution.Engine;

/// <summary>Runs networks on our engine and on ONNX Runtime.</summary>
internal static class EngineComparison
{
    /// <summary>How far a logit may be off, in units of the logits' size.</summary>
    public const double Tolerance = 1e-4;

    public static float[] Run(IEngine engine, OnnxModel model, float[] images, int batch, int threads = 1)
    {
        using IEngineSession session = engine.Load(model, threads);
        float[] logits = new float[batch * session.Classes];
        session.Run(images, batch, logits);
        return logits;
    }

    public static float[] Images(OnnxModel model, int batch) => NetworkRun.RandomImages(batch * NetworkSignature.Of(model).ImageLength);

    /// <summary>Asserts that both engines give the same logits.</summary>
    public static void AssertAgree(OnnxModel model, int batch, int threads = 1)
    {
        float[] images = Images(model, batch);
        float[] expected = Run(new OnnxRuntimeEngine(), model, images, batch);
        OrtRunner.AssertClose(expected, Run(new GdwsEngine(), model, images, batch, threads), Tolerance);
    }

    /// <summary>As <see cref="AssertAgree"/>, with every instruction set.</summary>
    public static void AssertAgreeOnAllInstructionSets(OnnxModel model, int batch)
    {
        float[] images = Images(model, batch);
        float[] expected = Run(new OnnxRuntimeEngine(), model, images, batch);
        foreach (InstructionSet set in Enum.GetValues<InstructionSet>())
            OrtRunner.AssertClose(expected, Run(new GdwsEngine(set), model, images, batch), Tolerance);
    }
}
