namespace Gdws.Execution;

/// <summary>A network made ready by an <see cref="IEngine"/>. Not to be used by two threads at once.</summary>
public interface IEngineSession : IDisposable
{
    /// <summary>Values an image takes, C·H·W.</summary>
    int ImageLength { get; }

    /// <summary>The number of logits an image gets.</summary>
    int Classes { get; }

    /// <summary>Computes the logits of a batch.</summary>
    /// <param name="images"><c>[batch, C, H, W]</c>, values in [0,1].</param>
    /// <param name="batch">The number of images, at least 1.</param>
    /// <param name="logits">Receives <c>[batch, classes]</c>.</param>
    void Run(ReadOnlySpan<float> images, int batch, Span<float> logits);
}
