namespace Gdws.Benchmarks.Kernels;

/// <summary>What a kernel is measured on.</summary>
/// <param name="Set">The instruction set; empty where a kernel has only one form.</param>
/// <param name="Size">The first size: pixels of a strip, outputs of a tile, blocks, channels.</param>
/// <param name="Factors">The second size: factors of a product; 0 where there is none.</param>
/// <param name="Text">How the table calls it.</param>
public sealed record KernelCase(string Set, int Size, int Factors, string Text)
{
    /// <summary>By which the table is sorted.</summary>
    public (string Set, int Factors, int Size) Order => (Set, Factors, Size);

    /// <inheritdoc/>
    public override string ToString() => Set.Length == 0 ? Text : $"{Set}, {Text}";
}
