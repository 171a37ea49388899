using Gdws.Execution;

namespace Gdws.Torch;

/// <summary>A network on libtorch, without gradients.</summary>
internal sealed class TorchEngineSession(TorchNetwork network, int threads) : IEngineSession
{
    public int ImageLength => network.Channels * network.Height * network.Width;

    public int Classes => network.Classes;

    public void Run(ReadOnlySpan<float> images, int batch, Span<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        if (images.Length != (long)batch * ImageLength)
            throw new ArgumentException($"{batch} images take {(long)batch * ImageLength} values, found {images.Length}", nameof(images));
        if (logits.Length != (long)batch * Classes)
            throw new ArgumentException($"{batch} images get {(long)batch * Classes} logits, found room for {logits.Length}", nameof(logits));

        TorchRuntime.Threads = threads;
        using IDisposable noGradients = torch.inference_mode();
        using Tensor input = ImageTensors.From(images, batch, network.Channels, network.Height, network.Width);
        using Tensor output = network.Forward(input);
        output.CopyTo(logits);
    }

    public void Dispose() => network.Dispose();
}
