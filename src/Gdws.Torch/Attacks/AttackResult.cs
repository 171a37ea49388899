namespace Gdws.Torch.Attacks;

/// <summary>What an attack made of a batch.</summary>
/// <param name="images"><c>[N, C, H, W]</c>; owned by the result.</param>
/// <param name="broken">Which images are misclassified.</param>
public sealed class AttackResult(Tensor images, IReadOnlyList<bool> broken) : IDisposable
{
    /// <summary><c>[N, C, H, W]</c>: the adversarial image where one was found, else the last attempt; on the network's device.</summary>
    public Tensor Images { get; } = images;

    /// <summary>Whether the network misclassifies the image at that position.</summary>
    public IReadOnlyList<bool> Broken { get; } = broken;

    /// <summary>Frees the images.</summary>
    public void Dispose() => Images.Dispose();
}
