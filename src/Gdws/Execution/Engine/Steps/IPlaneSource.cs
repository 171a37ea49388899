using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>Fills a tile with the factors of a product: what a convolution reads through its taps, or what depthwise kernels make of it.</summary>
internal unsafe interface IPlaneSource
{
    /// <summary>Bytes of working memory that filling a tile of so many pixels takes.</summary>
    long ScratchBytes(int pixels);

    /// <summary>Fills some planes for some pixels of the output.</summary>
    /// <param name="kernel">The kernels.</param>
    /// <param name="memory">The memory of all maps.</param>
    /// <param name="firstPlane">The first plane.</param>
    /// <param name="endPlane">The plane behind the last one.</param>
    /// <param name="pixels">The pixels.</param>
    /// <param name="scratch">Working memory.</param>
    /// <param name="tile">Receives <c>[planes, pitch, 16]</c>.</param>
    /// <param name="pitch">Pixels of a plane of the tile.</param>
    void Fill(Kernel kernel, float* memory, int firstPlane, int endPlane, in TilePixels pixels, float* scratch, float* tile, int pitch);
}
