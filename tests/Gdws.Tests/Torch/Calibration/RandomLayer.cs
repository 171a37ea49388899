using Gdws.Torch;
using Gdws.Torch.Calibration;
using TorchSharp;
using static TorchSharp.torch;

namespace Gdws.Tests.Torch.Calibration;

/// <summary>A layer problem of random weights and correlated patches, with everything needed to check it the slow way.</summary>
internal sealed class RandomLayer : IDisposable
{
    public const int Taps = 4;

    public RandomLayer(int outputs = 7, int inputs = 5, int patches = 300, int seed = 0)
    {
        TorchRuntime.Initialize();
        Generator generator = new((ulong)seed);
        Outputs = outputs;
        Inputs = inputs;
        Weight = randn(outputs, inputs * Taps, dtype: ScalarType.Float64, generator: generator);
        using Tensor mixing = randn(inputs * Taps, inputs * Taps, dtype: ScalarType.Float64, generator: generator);
        using Tensor independent = randn(patches, inputs * Taps, dtype: ScalarType.Float64, generator: generator) + 0.5;
        Patches = independent.mm(mixing);
        Mean = Patches.mean([0]);
        using Tensor centred = Patches - Mean;
        Covariance = centred.t().mm(centred) / patches;
        using Tensor factor = randn(outputs, outputs, dtype: ScalarType.Float64, generator: generator);
        OutputMetric = (factor.mm(factor.t()) / outputs) + (0.1 * eye(outputs, dtype: ScalarType.Float64));
        Problem = new LayerProblem(Weight.clone(), Covariance.clone(), Mean, OutputMetric.clone(), Taps);
        RawKernels = randn(2 * inputs, Taps, dtype: ScalarType.Float64, generator: generator);
        Kernels = new KernelSet([.. Enumerable.Range(0, 2 * inputs).Select(g => g / 2)], RawKernels.clone());
    }

    public int Outputs { get; }

    public int Inputs { get; }

    public Tensor Weight { get; }

    public Tensor Patches { get; }

    public Tensor Mean { get; }

    public Tensor Covariance { get; }

    /// <summary>F, <c>[M, M]</c>.</summary>
    public Tensor OutputMetric { get; }

    public Tensor RawKernels { get; }

    /// <summary>Two kernels for every channel.</summary>
    public KernelSet Kernels { get; }

    public LayerProblem Problem { get; }

    /// <summary>Normal random numbers in double precision.</summary>
    public static Tensor Normal(int seed, params long[] shape)
    {
        using Generator generator = new((ulong)seed);
        return randn(shape, dtype: ScalarType.Float64, generator: generator);
    }

    /// <summary>D as a full matrix <c>[G, C·K²]</c>.</summary>
    public Tensor Full(KernelSet kernels)
    {
        Tensor full = zeros(kernels.Count, Inputs * Taps, dtype: ScalarType.Float64);
        for (int g = 0; g < kernels.Count; g++)
            full[g].narrow(0, kernels.Map[g] * Taps, Taps).copy_(kernels.Kernels[g]);
        return full;
    }

    /// <summary>tr F (W − P D) S (W − P D)ᵀ with the problem's own damped S.</summary>
    public double Error(KernelSet kernels, Tensor pointwise)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor difference = Weight - pointwise.mm(Full(kernels));
        return (difference.mm(Problem.Covariance) * OutputMetric.mm(difference)).sum().item<double>();
    }

    public void Dispose()
    {
        Problem.Dispose();
        Kernels.Dispose();
        foreach (Tensor tensor in (Tensor[])[Weight, Patches, Mean, Covariance, OutputMetric, RawKernels])
            tensor.Dispose();
    }
}
