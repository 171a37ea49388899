using System.IO.Enumeration;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Planning;

/// <summary>Says why a convolution is left alone.</summary>
internal sealed class Eligibility
{
    // The work grows with the cube of min(M, K²). K = 16 is far above what dense convolutions of real networks have.
    private const int MostComponentsPerChannel = 256;

    private readonly OnnxModel _network;
    private readonly SpectraOptions _options;

    /// <exception cref="GdwsException">A name to be excluded matches no convolution.</exception>
    public Eligibility(OnnxModel network, SpectraOptions options)
    {
        _network = network;
        _options = options;
        foreach (string pattern in options.Exclude)
        {
            if (!network.Convolutions.Any(layer => Matches(pattern, layer)))
                throw new GdwsException($"{network.Source}: no convolution is named like the excluded {pattern}");
        }
    }

    /// <summary>The reason, or null where the layer may become a GDWS convolution.</summary>
    public string? ReasonAgainst(ConvolutionLayer layer) => layer.Kind switch
    {
        ConvolutionKind.Gdws => "is a GDWS convolution already",
        ConvolutionKind.Depthwise => "is depthwise",
        ConvolutionKind.Pointwise => "is 1×1",
        ConvolutionKind.Grouped => $"has {layer.Groups} groups",
        _ when !_options.IncludeFirst && ReferenceEquals(layer, _network.Convolutions[0]) => "is the network's first convolution",
        _ when _options.Exclude.FirstOrDefault(pattern => Matches(pattern, layer)) is { } pattern => $"is excluded by {pattern}",
        _ when Math.Min(layer.Outputs, (long)layer.KernelHeight * layer.KernelWidth) > MostComponentsPerChannel =>
            $"has too large a kernel, {layer.KernelHeight}×{layer.KernelWidth}",
        _ => _network.Constant(layer.WeightName) switch
        {
            null => "has a weight that is computed, not constant",
            TensorProto weight when (DataType)weight.DataType is not (DataType.Float or DataType.Float16) =>
                $"has weights of type {((DataType)weight.DataType).ToString().ToLowerInvariant()}",
            _ => null,
        },
    };

    private static bool Matches(string pattern, ConvolutionLayer layer) =>
        FileSystemName.MatchesSimpleExpression(pattern, layer.Name, ignoreCase: false);
}
