namespace Gdws.Torch.Attacks;

/// <summary>An attack: an immutable description that can be run on any network and any images.</summary>
public interface IAttack
{
    /// <summary>The name on the command line, e.g. <c>pgd</c>.</summary>
    string Name { get; }

    /// <summary>What the attacker may do.</summary>
    ThreatModel ThreatModel { get; }

    /// <summary>Steps a restart takes; 0 where several attacks are combined.</summary>
    int Iterations { get; }

    /// <summary>The length of a step (the first one where it changes) in pixel units; 0 where the attack has no such thing.</summary>
    double Step { get; }

    /// <summary>Attempts an image gets.</summary>
    int Restarts { get; }

    /// <summary>
    /// Whether images that the network gets wrong as they are are attacked too, and count as robust where the attack turns them right. Otherwise they count
    /// as broken and take no time.
    /// </summary>
    bool AttacksWrong => false;

    /// <summary>Attacks a batch.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images"><c>[N, C, H, W]</c>, values in [0,1].</param>
    /// <param name="labels">The right classes, one an image.</param>
    /// <param name="indices">The images' positions in their dataset: they and the seed decide the random numbers, whatever the batches are.</param>
    /// <param name="cancellation">Ends the attack early.</param>
    /// <returns>What became of the images; to be disposed.</returns>
    /// <exception cref="GdwsException">The network gives no numbers (NaN) for an image.</exception>
    AttackResult Run(TorchNetwork network, Tensor images, IReadOnlyList<int> labels, IReadOnlyList<int> indices, CancellationToken cancellation = default);
}
