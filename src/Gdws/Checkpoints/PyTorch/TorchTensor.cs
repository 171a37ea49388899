namespace Gdws.Checkpoints.PyTorch;

/// <summary>A tensor as the pickle describes it. Nothing is checked yet: tensors that no state dict holds may be as they like.</summary>
/// <param name="Storage">Where its elements lie.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Offset">The first element, in elements.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Strides">Elements between neighbours, a dimension each.</param>
internal sealed record TorchTensor(TorchStorage Storage, TorchStorageType Type, long Offset, long[] Shape, long[] Strides)
{
    public string ShapeText => $"[{string.Join(", ", Shape.Take(16))}{(Shape.Length > 16 ? ", ..." : "")}]";
}
