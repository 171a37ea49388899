using Gdws.Decomposition;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Torch.Calibration;

/// <summary>One layer of a calibration: its error as a quadratic form, its spectrum in the metric of that, the order in which its kernels go.</summary>
internal sealed class CalibratedLayer : IDisposable
{
    // Outputs without any weight would be given up altogether.
    private const double OutputFloor = 0.03;

    // Beyond four kernels a channel GDWS seldom pays; fewer than a sixteenth of one leave nothing of a layer.
    private const int MostPerChannel = 4;
    private const int FewestShare = 16;

    private CalibratedLayer(NetworkLayer layer, LayerProblem problem, LayerSpectrum spectrum, double information, double gamma, double kappa)
    {
        Layer = layer;
        Problem = problem;
        Spectrum = spectrum;
        Information = information;
        Gamma = gamma;
        Kappa = kappa;
    }

    public NetworkLayer Layer { get; }

    public ConvolutionLayer Convolution => Layer.Convolution;

    public LayerProblem Problem { get; }

    public LayerSpectrum Spectrum { get; }

    /// <summary>The mean of the Fisher information over the outputs.</summary>
    public double Information { get; }

    /// <summary>γ.</summary>
    public double Gamma { get; }

    /// <summary>κ.</summary>
    public double Kappa { get; }

    /// <summary>The order of removal; null where kernels go by their singular values.</summary>
    public KernelRemoval? Removal { get; private set; }

    /// <summary>λ: what an error counts for beside the same in other layers.</summary>
    public double Weight { get; set; } = 1;

    public static CalibratedLayer Of(NetworkLayer layer, LayerMoments moments, LayerInformation information, CalibrationRecipe recipe)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        LayerSpectrum plain = layer.Spectrum!;
        torch.Device device = information.Fisher.device;
        Tensor outputs = OutputMetric(information.Fisher, recipe.OutputWeights, out double mean);
        Tensor weight = ImageTensors.From(plain.Weight, plain.Outputs, plain.Inputs * plain.KernelSize).to(ScalarType.Float64, device);
        double kappa = recipe.CoherenceWeight * Math.Max(0, information.Coherence - 1);
        Tensor covariance = moments.Combined(recipe.DifferenceWeight, kappa, out double gamma);
        LayerProblem problem = new(
            weight.DetachFromDisposeScope(), covariance.DetachFromDisposeScope(), moments.Mean, outputs.DetachFromDisposeScope(), plain.KernelSize);
        return new CalibratedLayer(layer, problem, recipe.Whitened ? Whitened(plain, problem) : plain, mean, gamma, kappa);
    }

    /// <summary>Finds the order in which kernels are given up.</summary>
    public void Order(CancellationToken cancellation)
    {
        Selection start = Mego.Select(Spectrum, MostPerChannel * Spectrum.Inputs);
        int fewest = Math.Min(Math.Max(1, start.Kernels), Math.Max(1, Spectrum.Inputs / FewestShare));
        Removal = KernelRemoval.Of(Problem, KernelSet.Of(start, Problem.Weight.device), fewest, cancellation);
    }

    /// <summary>The metric's error of all of the layer.</summary>
    public double TotalError()
    {
        double sum = 0;
        for (int c = 0; c < Spectrum.Inputs; c++)
        {
            foreach (double value in Spectrum.SingularValues(c))
                sum += value * value;
        }

        return sum;
    }

    public void Dispose()
    {
        Problem.Dispose();
        Removal?.Dispose();
    }

    /// <summary>What the outputs' errors are weighed by, with a mean diagonal element of about 1.</summary>
    private static Tensor OutputMetric(Tensor fisher, OutputWeighting weighting, out double mean)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor identity = torch.eye(fisher.shape[0], dtype: ScalarType.Float64, device: fisher.device);
        Tensor diagonal = fisher.diagonal();
        mean = diagonal.mean().item<double>();
        if (!(mean > 0))
            mean = 1;
        Tensor? metric = weighting switch
        {
            OutputWeighting.None => null,
            OutputWeighting.Diagonal => torch.diag(diagonal).Over(mean),
            _ => fisher.Over(mean),
        };
        return (metric?.Plus(identity, OutputFloor) ?? identity).MoveToOuterDisposeScope();
    }

    private static LayerSpectrum Whitened(LayerSpectrum plain, LayerProblem problem)
    {
        using Tensor blocks = problem.ChannelBlocks();
        using Tensor local = blocks.cpu();
        using Tensor diagonal = problem.OutputMetric.diagonal();
        using Tensor outputs = diagonal.cpu().contiguous();
        ChannelMetric metric = ChannelMetric.OfCovariance(
            local.data<double>().ToArray(), plain.Inputs, plain.KernelSize, outputs.data<double>().ToArray(), damping: 1e-9);
        return LayerSpectrum.Of(plain.Weight.ToArray(), plain.Outputs, plain.Inputs, plain.KernelHeight, plain.KernelWidth, metric);
    }
}
