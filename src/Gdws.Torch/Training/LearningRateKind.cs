namespace Gdws.Torch.Training;

/// <summary>The course of a learning rate.</summary>
public enum LearningRateKind
{
    /// <summary>Always the same.</summary>
    Constant,

    /// <summary>A tenth after one half of the steps, a hundredth after three quarters: for long trainings.</summary>
    Piecewise,

    /// <summary>Half a cosine from the largest rate to 0.</summary>
    Cosine,

    /// <summary>From 0 up in a straight line for two fifths of the steps, then down to 0: for short trainings.</summary>
    Cyclic,
}
