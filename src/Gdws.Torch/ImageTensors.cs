using System.Runtime.InteropServices;

namespace Gdws.Torch;

/// <summary>Copies between plain memory and tensors.</summary>
internal static class ImageTensors
{
    /// <summary>A tensor on the CPU with a copy of the values.</summary>
    public static Tensor From(ReadOnlySpan<float> values, params long[] shape)
    {
        Tensor tensor = torch.empty(shape, ScalarType.Float32, torch.CPU);
        MemoryMarshal.AsBytes(values).CopyTo(tensor.bytes);
        return tensor;
    }

    /// <summary>Class numbers on a device.</summary>
    public static Tensor FromLabels(ReadOnlySpan<int> labels, torch.Device device)
    {
        long[] wide = new long[labels.Length];
        for (int i = 0; i < wide.Length; i++)
            wide[i] = labels[i];
        return torch.tensor(wide, ScalarType.Int64, device);
    }

    /// <summary>Copies a tensor's elements, row-major, in single precision.</summary>
    public static void CopyTo(this Tensor tensor, Span<float> target)
    {
        using Tensor detached = tensor.detach();
        using Tensor moved = detached.to(ScalarType.Float32, torch.CPU);
        using Tensor contiguous = moved.contiguous();
        contiguous.bytes.CopyTo(MemoryMarshal.AsBytes(target));
    }
}
