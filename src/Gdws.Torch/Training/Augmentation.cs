namespace Gdws.Torch.Training;

/// <summary>How an image is changed each time it is trained on.</summary>
public enum Augmentation
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Shifted at random by at most an eighth of its size (4 of 32 pixels) each way, black where nothing was: for digits.</summary>
    Crop,

    /// <summary>The same, and mirrored left to right every other time: for CIFAR and other photographs.</summary>
    CropAndFlip,
}
