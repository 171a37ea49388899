using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Cli.Sweeps;

/// <summary>A network in the middle of a sweep.</summary>
/// <param name="Model">The network.</param>
/// <param name="Sha256">Its fingerprint.</param>
/// <param name="Result">What is known of it so far.</param>
internal sealed record SweptNetwork(OnnxModel Model, string Sha256, NetworkResult Result)
{
    public static SweptNetwork Of(OnnxModel model, NetworkResult result)
    {
        NetworkComplexity complexity = NetworkComplexity.Of(model);
        return new SweptNetwork(model, Fingerprint.Of(model), result with { Macs = complexity.Macs, Parameters = complexity.Parameters });
    }
}
