namespace Gdws.Torch.Training;

/// <summary>The type of numbers that most of the time of a training is spent on.</summary>
public enum TrainingPrecision
{
    /// <summary>Single precision throughout.</summary>
    Single,

    /// <summary>Convolutions and products of matrices in bfloat16 (8 bits of exponent, 7 of fraction): faster where the processor has units for it.</summary>
    Bfloat16,
}
