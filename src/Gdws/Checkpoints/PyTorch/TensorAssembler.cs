using System.Runtime.InteropServices;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>Takes tensors out of their storages: checks offset, shape and strides, and copies only what doesn't lie row by row already.</summary>
internal sealed class TensorAssembler(ITorchStorages storages, string file, long fileLength)
{
    /// <summary>Copies may take this many times the file's length: an expanded tensor needs few bytes in the file.</summary>
    private const int MaximumExpansion = 16;

    private const long FreeExpansion = 1 << 24;

    private long _copyBudget = fileLength > (long.MaxValue - FreeExpansion) / MaximumExpansion
        ? long.MaxValue
        : fileLength * MaximumExpansion + FreeExpansion;

    public CheckpointTensor Assemble(NamedTorchTensor named)
    {
        (string name, TorchTensor tensor) = named;
        if (tensor.Type.Type is not { } type)
            throw Invalid(name, $"elements of type {tensor.Type.Name} aren't supported");

        long count = CheckShape(name, tensor, type.Size());
        CheckExtent(name, tensor, count);
        int[] shape = Array.ConvertAll(tensor.Shape, d => (int)d);
        if (count == 0)
            return new CheckpointTensor(name, type, shape, ReadOnlyMemory<byte>.Empty);

        ReadOnlyMemory<byte> storage = storages.Read(tensor.Storage, name);
        storage = storage.Slice((int)tensor.Storage.ViewStart * tensor.Storage.Type.Size, (int)tensor.Storage.ViewCount * tensor.Storage.Type.Size);
        int start = (int)tensor.Offset * type.Size();
        if (IsContiguous(tensor) && !storages.BigEndian)
            return new CheckpointTensor(name, type, shape, storage.Slice(start, (int)count * type.Size()));

        byte[] copy = Gather(name, tensor, type.Size(), storage.Span, (int)count);
        if (storages.BigEndian)
            ReverseElements(copy, type.Size());
        return new CheckpointTensor(name, type, shape, copy);
    }

    private long CheckShape(string name, TorchTensor tensor, int elementSize)
    {
        if (tensor.Strides.Length != tensor.Shape.Length)
            throw Invalid(name, $"shape {tensor.ShapeText} has {tensor.Strides.Length} strides");

        long count = tensor.Shape.Contains(0) ? 0 : 1;
        foreach (long dimension in tensor.Shape)
        {
            if (dimension is < 0 or > int.MaxValue || count * dimension > Array.MaxLength / elementSize)
                throw Invalid(name, $"impossible shape {tensor.ShapeText}: expected dimensions from 0 on and fewer than 2 GiB");
            count *= dimension;
        }

        return count;
    }

    private void CheckExtent(string name, TorchTensor tensor, long count)
    {
        TorchStorage storage = tensor.Storage;
        if (storage.Count < 0 || storage.ByteLength > Array.MaxLength)
            throw Invalid(name, $"its storage declares {storage.Count:N0} elements of {storage.Type.Name}, expected from 0 on and fewer than 2 GiB");
        if (storage.ViewStart < 0 || storage.ViewCount < 0 || storage.ViewStart > storage.Count - storage.ViewCount)
            throw Invalid(name, $"its storage is a view of {storage.ViewCount:N0} elements from {storage.ViewStart:N0} on of {storage.Count:N0}");

        Int128 last = tensor.Offset;
        for (int i = 0; i < tensor.Shape.Length; i++)
        {
            if (tensor.Strides[i] < 0)
                throw Invalid(name, $"negative stride {tensor.Strides[i]}");
            last += (Int128)Math.Max(0, tensor.Shape[i] - 1) * tensor.Strides[i];
        }

        long available = storage.ViewCount * storage.Type.Size / tensor.Type.Size;
        if (tensor.Offset < 0 || (count > 0 && last >= available))
        {
            throw Invalid(
                name, $"shape {tensor.ShapeText} from element {tensor.Offset:N0} on needs {last + 1:N0} elements of its storage, which has {available:N0}");
        }
    }

    private static bool IsContiguous(TorchTensor tensor)
    {
        long expected = 1;
        for (int i = tensor.Shape.Length - 1; i >= 0; i--)
        {
            if (tensor.Shape[i] != 1 && tensor.Strides[i] != expected)
                return false;
            expected *= tensor.Shape[i];
        }

        return true;
    }

    private byte[] Gather(string name, TorchTensor tensor, int elementSize, ReadOnlySpan<byte> storage, int count)
    {
        long needed = (long)count * elementSize;
        if (needed > _copyBudget)
            throw Invalid(name, $"shape {tensor.ShapeText} takes {needed:N0} bytes, far more than a file of {fileLength:N0} bytes holds");
        _copyBudget -= needed;

        byte[] target = new byte[needed];
        switch (elementSize)
        {
            case 1: Gather<byte>(tensor, storage, target); break;
            case 2: Gather<ushort>(tensor, storage, target); break;
            case 4: Gather<uint>(tensor, storage, target); break;
            default: Gather<ulong>(tensor, storage, target); break;
        }

        return target;
    }

    private static void Gather<T>(TorchTensor tensor, ReadOnlySpan<byte> storage, Span<byte> target) where T : unmanaged
    {
        ReadOnlySpan<T> from = MemoryMarshal.Cast<byte, T>(storage);
        Span<T> to = MemoryMarshal.Cast<byte, T>(target);
        int[] index = new int[tensor.Shape.Length];
        long position = tensor.Offset;
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = from[(int)position];
            for (int d = index.Length - 1; d >= 0; d--)
            {
                position += tensor.Strides[d];
                if (++index[d] < tensor.Shape[d])
                    break;
                position -= tensor.Strides[d] * tensor.Shape[d];
                index[d] = 0;
            }
        }
    }

    private static void ReverseElements(byte[] bytes, int elementSize)
    {
        for (int i = 0; i < bytes.Length; i += elementSize)
            bytes.AsSpan(i, elementSize).Reverse();
    }

    private InvalidFileException Invalid(string name, string problem) => new(file, $"tensor {ShownName.Of(name)}: {problem}");
}
