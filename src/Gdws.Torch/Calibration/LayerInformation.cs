namespace Gdws.Torch.Calibration;

/// <summary>What errors of a layer's outputs do to the network's own outputs.</summary>
/// <param name="Fisher">F = E_image Σ_positions g gᵀ, <c>[M, M]</c>, double precision.</param>
/// <param name="Coherence">
/// R = E ‖Σ_positions g‖² / E Σ_positions ‖g‖²: 1 where gradients at different positions have nothing to do with each other, the number of positions
/// where they are the same.
/// </param>
internal sealed record LayerInformation(Tensor Fisher, double Coherence) : IDisposable
{
    public void Dispose() => Fisher.Dispose();
}
