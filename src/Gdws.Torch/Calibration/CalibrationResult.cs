using Gdws.Decomposition;
using Gdws.Onnx;
using Gdws.Planning;

namespace Gdws.Torch.Calibration;

/// <summary>A calibrated approximation.</summary>
/// <param name="Plan">What became of every convolution, and what it was calibrated on.</param>
/// <param name="Factors">The weights of the GDWS convolutions by the layer's name.</param>
/// <param name="Network">The approximated network, of standard operators, the plan in its metadata.</param>
public sealed record CalibrationResult(GdwsPlan Plan, IReadOnlyDictionary<string, GdwsFactors> Factors, OnnxModel Network);
