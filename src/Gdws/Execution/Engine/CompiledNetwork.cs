using Gdws.Execution.Engine.Compiling;
using Gdws.Execution.Engine.Kernels;
using Gdws.Execution.Engine.Steps;
using Gdws.Onnx;

namespace Gdws.Execution.Engine;

/// <summary>A network as steps with packed constants; nothing in it changes any more, so any number of sessions share it.</summary>
internal sealed class CompiledNetwork
{
    // Maps of several images at once leave the second-level cache. Only where the weights don't stay in any cache either is it worth it,
    // as they come from memory once for all of these images.
    private const long WeightsInCache = 16 << 20;
    private const long LargestMapBytes = 300_000;
    private const long LargestMapBytesOfHeavyNetworks = 2_500_000;
    private const int MostImages = 32;

    private readonly IReadOnlyList<Step> _steps;
    private readonly Kernel _kernel;

    /// <summary>Compiles a network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="set">What to compute with.</param>
    /// <exception cref="GdwsException">The engine can't run the network; the message names the node.</exception>
    public CompiledNetwork(OnnxModel model, InstructionSet set)
    {
        Source = model.Source;
        Signature = NetworkSignature.Of(model);
        _steps = NetworkLowering.Run(model, Signature);
        _kernel = Kernel.For(set);
        long largest = RequireMemory();
        Packing.Run(_steps, _kernel);
        long mapBytes = ConstantBytes > WeightsInCache ? LargestMapBytesOfHeavyNetworks : LargestMapBytes;
        ImagesAtOnce = (int)Math.Clamp(mapBytes / Math.Max(1, largest), 1, MostImages);
    }

    /// <summary>Where the network comes from, for messages.</summary>
    public string Source { get; }

    public NetworkSignature Signature { get; }

    /// <summary>The steps, in order.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>Images that are run together; larger batches are cut up.</summary>
    public int ImagesAtOnce { get; }

    /// <summary>Bytes of packed constants.</summary>
    public long ConstantBytes => _steps.Sum(step => step.ConstantBytes);

    /// <summary>Makes the jobs for a number of images.</summary>
    /// <param name="batch">1 to <see cref="ImagesAtOnce"/>.</param>
    /// <param name="workers">Threads.</param>
    public NetworkProgram CreateProgram(int batch, int workers)
    {
        MemoryPlan plan = MemoryPlan.Of(_steps, batch);
        return new NetworkProgram(plan.Floats, [.. _steps.Select(step => step.CreateJob(_kernel, plan.Layouts, workers))]);
    }

    /// <summary>Bytes of the largest map of one image. Absurd sizes in a file must not make the machine run out of memory.</summary>
    private long RequireMemory()
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        try
        {
            MemoryPlan plan = MemoryPlan.Of(_steps, 1);
            if (plan.Floats <= available / sizeof(float))
                return plan.Layouts.Values.Max(layout => layout.Length) * sizeof(float);
        }
        catch (OverflowException)
        {
            // Falls through to the message.
        }

        throw new GdwsException($"{Source}: its maps don't fit the {available >> 20:N0} MiB of memory that there are");
    }
}
