namespace Gdws.Torch.Training;

/// <summary>What random numbers are for: each purpose has its own, so that one more or less of one kind doesn't move the others.</summary>
internal enum RandomPurpose
{
    Order,
    Augmentation,
    Attack,
    Batch,
}
