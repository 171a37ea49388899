using System.Runtime.InteropServices;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Torch.Attacks;
using Gdws.Torch.Operators;

namespace Gdws.Torch;

/// <summary>
/// An ONNX network as a differentiable function on libtorch, on the CPU or a GPU. Half-precision networks are computed in single precision.
/// The weights take no gradients; images do where the caller asks for them.
/// </summary>
/// <remarks>
/// Shape: images <c>[N, C, H, W]</c>, values in [0,1], any N ≥ 1; logits <c>[N, classes]</c>. The batch size that an exporter baked into the graph doesn't bind.
/// <see cref="Forward"/> may be called by several threads at once.
/// </remarks>
public sealed class TorchNetwork : IDisposable
{
    private readonly TorchProgram _program;

    /// <summary>Prepares a network.</summary>
    /// <param name="model">The network; one image input <c>[N, C, H, W]</c> of fixed size, one output <c>[N, classes]</c>.</param>
    /// <param name="device">Where it runs, e.g. <c>TorchRuntime.Device("cuda")</c>; null for the CPU.</param>
    /// <param name="options">How it is made; null for the defaults.</param>
    /// <exception cref="GdwsException">
    /// The network has an operator that isn't supported, or isn't a classifier of images; the message names the file and the node.
    /// </exception>
    public TorchNetwork(OnnxModel model, torch.Device? device = null, TorchNetworkOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        TorchRuntime.Initialize();
        Source = model.Source;
        Device = device ?? torch.CPU;
        options ??= new();
        Precision = options.DoublePrecision ? ScalarType.Float64 : ScalarType.Float32;

        (Channels, Height, Width, long batch) = ImageShape(model);
        PieceSizes = new PieceSizes(Height * Width);
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradients = torch.no_grad();
        _program = TorchProgramBuilder.Build(model, Device, Precision, options, batch);
        IsRandom = _program.Steps.ToArray().Any(step => RandomValues.AreDrawnBy(model, step.Node.Node));
        try
        {
            // One black image: what doesn't fit together is found here, with the node's name, and not in the middle of a long run.
            using Tensor image = torch.zeros([1, Channels, Height, Width], Precision, Device);
            using Tensor logits = _program.Run(image, null);
            if (logits.dim() != 2 || logits.shape[0] != 1 || logits.shape[1] < 1)
                throw new GdwsException($"{Source}: its output for one image has the shape [{string.Join(", ", logits.shape)}], expected [1, classes]");
            Classes = (int)logits.shape[1];
        }
        catch
        {
            _program.Dispose();
            throw;
        }
    }

    /// <summary>Where the network comes from, for messages.</summary>
    public string Source { get; }

    /// <summary>Where it runs.</summary>
    public torch.Device Device { get; }

    /// <summary>The type that images are converted to and logits come in: single precision, or double where the options ask for it.</summary>
    public ScalarType Precision { get; }

    /// <summary>C, the colour channels that an image must have.</summary>
    public int Channels { get; }

    /// <summary>H, rows.</summary>
    public int Height { get; }

    /// <summary>W, columns.</summary>
    public int Width { get; }

    /// <summary>The number of logits.</summary>
    public int Classes { get; }

    /// <summary>
    /// The weights and other constants by the name that they have in the graph, as long as the network lives. They don't ask for gradients; a caller that
    /// needs those sets <c>requires_grad</c> (not with folded batch normalisation, where the weights aren't those of the graph).
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Constants => _program.Constants;

    /// <summary>Computes the logits.</summary>
    /// <param name="images"><c>[N, C, H, W]</c>; moved to <see cref="Device"/> and <see cref="Precision"/> where they aren't there.</param>
    /// <param name="observe">
    /// Is told every intermediate value with its name in the graph. The tensor is given back after the call: keep a <c>detach()</c> or <c>alias()</c> of it.
    /// </param>
    /// <returns><c>[N, classes]</c>, attached to the graph of <paramref name="images"/> where these require gradients.</returns>
    /// <exception cref="GdwsException">The images have another shape than the network takes.</exception>
    public Tensor Forward(Tensor images, Action<string, Tensor>? observe = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        long[] shape = images.shape;
        if (shape.Length != 4 || shape[0] < 1 || shape[1] != Channels || shape[2] != Height || shape[3] != Width)
        {
            throw new GdwsException(
                $"{Source}: expected images [N, {Channels}, {Height}, {Width}], found [{string.Join(", ", shape)}]");
        }

        Tensor? moved = images.dtype == Precision && images.device == Device ? null : images.to(Precision, Device);
        try
        {
            Tensor logits = _program.Run(moved ?? images, observe);
            if (logits.dim() == 2 && logits.shape[0] == shape[0] && logits.shape[1] == Classes)
                return logits;

            string found = string.Join(", ", logits.shape);
            logits.Dispose();
            throw new GdwsException($"{Source}: its output for {shape[0]} images has the shape [{found}], expected [{shape[0]}, {Classes}] (is the batch size fixed in the graph?)");
        }
        catch (ExternalException exception)
        {
            throw new GdwsException($"{Source}: {TorchProgram.FirstLine(exception)}", exception);
        }
        finally
        {
            moved?.Dispose();
        }
    }

    /// <summary>Whether the same images give other logits each time, because the graph draws random numbers.</summary>
    internal bool IsRandom { get; }

    /// <summary>How many images attacks give it at once on the CPU.</summary>
    internal PieceSizes PieceSizes { get; }

    /// <summary>The steps and constants.</summary>
    internal TorchProgram Program => _program;

    /// <summary>Starts a run that computes only the values that are asked for, as they are asked for.</summary>
    /// <param name="images"><c>[N, C, H, W]</c> on <see cref="Device"/> and of <see cref="Precision"/>; lives as long as the run.</param>
    internal TorchRun Start(Tensor images) => new(_program, images);

    /// <summary>Frees the weights.</summary>
    public void Dispose() => _program.Dispose();

    private static (int Channels, int Height, int Width, long Batch) ImageShape(OnnxModel model)
    {
        if (model.Inputs.Count != 1)
            throw new GdwsException($"{model.Source}: expected one input (images), found {model.Inputs.Count}: {string.Join(", ", model.Inputs.Select(i => i.Name))}");
        if (model.Graph.Output.Count != 1)
            throw new GdwsException($"{model.Source}: expected one output (logits), found {model.Graph.Output.Count}");

        ValueInfoProto input = model.Inputs[0];
        long[] shape = [.. (input.Type?.TensorType?.Shape?.Dim ?? []).Select(d => d.HasDimValue ? d.DimValue : 0)];
        if (shape.Length != 4 || shape[1..].Any(size => size is < 1 or > int.MaxValue))
        {
            throw new GdwsException(
                $"{model.Source}: the input {input.Name} has the shape [{string.Join(", ", shape.Select(d => d > 0 ? $"{d}" : "?"))}], expected images [N, C, H, W] with fixed C, H and W");
        }

        return ((int)shape[1], (int)shape[2], (int)shape[3], Math.Max(1, shape[0]));
    }
}
