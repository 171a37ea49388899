namespace Gdws.Torch.Operators;

/// <summary>Rows and columns around an image.</summary>
internal readonly record struct Padding(long Top, long Left, long Bottom, long Right)
{
    public bool IsSymmetric => Top == Bottom && Left == Right;

    public bool IsNone => this == default;

    /// <summary>A larger image, <c>[N, C, H, W]</c>, with <paramref name="value"/> around it.</summary>
    public Tensor Apply(Tensor x, double value) =>
        torch.nn.functional.pad(x, [Left, Right, Top, Bottom], PaddingModes.Constant, value);
}
