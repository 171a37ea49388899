using Gdws.Execution;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Gdws.OnnxRuntime;

/// <summary>A network in ONNX Runtime. It reads and writes the caller's memory directly.</summary>
internal sealed class OnnxRuntimeSession : IEngineSession
{
    private readonly InferenceSession _session;
    private readonly NetworkSignature _signature;
    private readonly string _source;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly int[] _outputShape;

    public OnnxRuntimeSession(InferenceSession session, NetworkSignature signature, string source)
    {
        _session = session;
        _signature = signature;
        _source = source;
        _inputs = [signature.Input];
        _outputs = [signature.Output];
        NodeMetadata output = session.OutputMetadata[signature.Output];
        if (output.ElementDataType != TensorElementType.Float)
        {
            session.Dispose();
            throw new GdwsException($"{source}: the output {signature.Output} gives {output.ElementDataType} values, expected float32");
        }

        // Some classifiers give [N, classes, 1, 1]; the dimensions after the batch must be spelled as the network has them.
        _outputShape = output.Dimensions.Length > 2 ? [.. output.Dimensions.Skip(1).Select(d => Math.Max(d, 1))] : [signature.Classes];
        if (_outputShape.Aggregate(1L, (product, d) => product * d) != signature.Classes)
            _outputShape = [signature.Classes];
    }

    public int ImageLength => _signature.ImageLength;

    public int Classes => _signature.Classes;

    public void Run(ReadOnlySpan<float> images, int batch, Span<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(images.Length, checked(batch * ImageLength), nameof(images));
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, checked(batch * Classes), nameof(logits));
        try
        {
            if (_signature.FixedBatch is { } size && size != batch)
                RunInPieces(images, batch, logits, size);
            else
                RunOnce(images, batch, logits);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new GdwsException($"{_source}: ONNX Runtime failed: {OnnxRuntimeEngine.OneLine(exception.Message)}", exception);
        }
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    /// <summary>A network that takes batches of one size only gets them; the last one is filled up with zeros.</summary>
    private void RunInPieces(ReadOnlySpan<float> images, int batch, Span<float> logits, int size)
    {
        int start = 0;
        for (; start + size <= batch; start += size)
            RunOnce(images.Slice(start * ImageLength, size * ImageLength), size, logits.Slice(start * Classes, size * Classes));
        if (start == batch)
            return;

        float[] lastImages = new float[size * ImageLength];
        float[] lastLogits = new float[size * Classes];
        images[(start * ImageLength)..].CopyTo(lastImages);
        RunOnce(lastImages, size, lastLogits);
        lastLogits.AsSpan(0, (batch - start) * Classes).CopyTo(logits[(start * Classes)..]);
    }

    private unsafe void RunOnce(ReadOnlySpan<float> images, int batch, Span<float> logits)
    {
        fixed (float* from = images, to = logits)
        {
            long[] inputShape = [batch, _signature.Channels, _signature.Height, _signature.Width];
            long[] outputShape = [batch, .. _outputShape];
            using OrtValue input = Wrap(from, images.Length, inputShape);
            using OrtValue output = Wrap(to, logits.Length, outputShape);
            _session.Run(_runOptions, _inputs, [input], _outputs, [output]);
        }
    }

    private static unsafe OrtValue Wrap(float* values, int length, long[] shape) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, (nint)values, (long)length * sizeof(float));
}
