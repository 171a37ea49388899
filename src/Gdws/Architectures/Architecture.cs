using Gdws.Checkpoints;
using Gdws.Onnx;

namespace Gdws.Architectures;

/// <summary>
/// Turns a checkpoint, which holds parameters but no network, into a network. An architecture knows how the parameters of one design are
/// connected; numbers of channels and classes are read off the parameters.
/// </summary>
public static class Architecture
{
    private const string Auto = "auto";
    private const int Shown = 6;
    private const int WidestFirstLayer = 4096;

    private static readonly IArchitectureFamily[] _families =
        [new PreActResNet(), new ResNet(), new CifarResNet(), new WideResNet(), new Vgg(), new RobNet(), new VerificationNetworks()];

    /// <summary>The names that <see cref="Build"/> knows; Wide ResNets of other depths (6n + 4) and widths are called alike.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _families.SelectMany(f => f.Names)];

    /// <summary>The architecture that made a checkpoint, judged by the names and shapes of its parameters.</summary>
    /// <param name="state">The parameters.</param>
    /// <returns>Its name, e.g. <c>preactresnet18</c>, or null where it is none of those we know.</returns>
    public static string? Detect(StateDict state)
    {
        StateDict stripped = HydraMasks.WithoutScores(CommonPrefix.Strip(state));
        return _families.Select(f => f.Recognise(stripped)).FirstOrDefault(name => name is not null);
    }

    /// <summary>
    /// Builds the network of a checkpoint: input <c>images</c> <c>[N, C, H, W]</c> in [0,1], output <c>logits</c> <c>[N, classes]</c>, single
    /// precision, opset 17. Initializers are called like the checkpoint's parameters, nodes like its layers (a prefix that all share, such as
    /// <c>basic_model.</c>, is dropped).
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>, or <c>auto</c> to judge by the parameters.</param>
    /// <param name="state">The parameters; single-precision ones are shared with the network, not copied.</param>
    /// <param name="options">What the checkpoint can't tell; null for what is usual.</param>
    /// <exception cref="GdwsException">The name is unknown, the parameters don't fit (the message lists which), or a value isn't finite.</exception>
    public static OnnxModel Build(string name, StateDict state, ArchitectureOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(state);
        StateDict stripped = HydraMasks.Apply(CommonPrefix.Strip(state), options?.Keep);
        (NetworkBuilder network, FeatureMap logits, IArchitectureFamily family) = Draw(name, stripped, options ?? new());
        return network.Finish(logits, family.Ignores);
    }

    /// <summary>Builds a network that is yet to be trained.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="width">
    /// Output channels of the first convolution, at least 1; the other layers are as much wider or narrower, hidden linear layers stay. Null for what is usual.
    /// </param>
    /// <param name="options">The images and classes; null for what is usual.</param>
    /// <param name="seed">Decides the parameters.</param>
    /// <exception cref="GdwsException">The name is unknown, or the architecture can't be so.</exception>
    public static OnnxModel Initialize(string name, int? width = null, ArchitectureOptions? options = null, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Trim().Equals(Auto, StringComparison.OrdinalIgnoreCase))
            throw new GdwsException($"a network without a checkpoint needs the name of an architecture, one of {string.Join(", ", Names)}");
        if (width is < 1 or > WidestFirstLayer)
            throw new GdwsException($"architecture {name}: the width must be from 1 to {WidestFirstLayer:N0}, found {width}");

        StateDict nothing = new([], name);
        IReadOnlyDictionary<string, int[]> expected = Expected(name, nothing, options);
        if (width is { } outputs)
        {
            (string first, int[] shape) = expected.First();
            expected = Expected(name, new StateDict([new CheckpointTensor(first, ElementType.Float32, [outputs, .. shape[1..]], default)], name), options);
        }

        return Build(name, new StateDict(new RandomParameters(seed).Of(expected), name), options);
    }

    /// <summary>The parameters that an architecture expects, with widths read off those that are given.</summary>
    internal static IReadOnlyDictionary<string, int[]> Expected(string name, StateDict state, ArchitectureOptions? options = null) =>
        Draw(name, state, options ?? new()).Network.Parameters.Expected;

    private static (NetworkBuilder Network, FeatureMap Logits, IArchitectureFamily Family) Draw(
        string name, StateDict state, ArchitectureOptions options)
    {
        string wanted = name.Trim().ToLowerInvariant().Replace('-', '_');
        if (wanted == Auto)
            wanted = Detect(state) ?? throw new GdwsException(DescribeUnknown(state));

        IArchitectureFamily family = _families.FirstOrDefault(f => f.Has(wanted))
            ?? throw new GdwsException($"unknown architecture {name}; known: {string.Join(", ", Names)}");
        if (options.Genotype is not null && family is not RobNet)
            throw new GdwsException($"{state.Source}: a genotype is given, but {wanted} has none: it is for RobNets");
        NetworkBuilder network = new(wanted, state, options);
        return (network, family.Build(wanted, network), family);
    }

    private static string DescribeUnknown(StateDict state)
    {
        if (state.Count == 0)
            return $"{state.Source}: holds no tensors";
        string[] tensors = [.. state.Take(Shown).Select(t => $"{t.Name} {t.ShapeText}")];
        string more = state.Count > Shown ? $", … , {state.Last().Name} {state.Last().ShapeText}" : "";
        return $"{state.Source}: looks like none of the known architectures: {state.Count} tensors ({string.Join(", ", tensors)}{more}); "
            + $"name the architecture if it is one of {string.Join(", ", Names)}, or export the network to ONNX";
    }
}
