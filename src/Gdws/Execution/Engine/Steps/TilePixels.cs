namespace Gdws.Execution.Engine.Steps;

/// <summary>The pixels of the output that a tile is made for, counted through all images row by row.</summary>
internal unsafe struct TilePixels
{
    public int Start;
    public int Count;

    /// <summary>Where the first tap of each of them lies, counted from the first pixel of the input's first block.</summary>
    public int* InputAt;
}
