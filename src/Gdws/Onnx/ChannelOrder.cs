namespace Gdws.Onnx;

/// <summary>The order in which a network wants the colours of an image.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue (PyTorch's habit).</summary>
    Rgb,

    /// <summary>Blue, green, red (the habit of Caffe and OpenCV).</summary>
    Bgr,
}
