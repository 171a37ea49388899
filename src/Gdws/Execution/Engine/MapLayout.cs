using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine;

/// <summary>
/// Where a map lies, for a number of images:
/// <code>
///   block 0: image 0: border rows, then rows of  border │ pixels of 16 channels │ border , then border rows
///            image 1: …
///   block 1: image 0: …
/// </code>
/// The border is zero from the start and nobody ever writes to it, so a convolution needn't know where its input ends. As blocks are outermost,
/// the pixels of all images follow each other where there is no border: for a 1×1 convolution a batch is one long row.
/// </summary>
internal sealed class MapLayout
{
    public MapLayout(MapValue value, int batch)
    {
        Blocks = value.Blocks;
        Height = value.Height;
        Width = value.Width;
        Border = value.Border;
        Batch = batch;
        checked
        {
            RowPitch = ((long)Width + (2L * Border) + value.Overhang) * Kernel.Block;
            ImagePitch = (Height + (2L * Border) + value.Overhang) * RowPitch;
            IsOneRow = Border + value.Overhang == 0;

            // An odd number of cache lines: with a power of two, the same pixel of all blocks would compete for one place in the cache.
            PlanePitch = ((batch * ImagePitch / Kernel.Block) | 1) * Kernel.Block;
            Length = Blocks * PlanePitch;
        }
    }

    public int Blocks { get; }

    public int Height { get; }

    public int Width { get; }

    public int Border { get; }

    /// <summary>Whether all pixels follow each other, without any border.</summary>
    public bool IsOneRow { get; }

    public int Batch { get; }

    /// <summary>Floats from a row to the next.</summary>
    public long RowPitch { get; }

    /// <summary>Floats from an image to the next.</summary>
    public long ImagePitch { get; }

    /// <summary>Floats from a block of channels to the next.</summary>
    public long PlanePitch { get; }

    /// <summary>Floats in all.</summary>
    public long Length { get; }

    /// <summary>Pixels of all images.</summary>
    public int Pixels => checked(Batch * Height * Width);

    /// <summary>Where the map begins in the session's memory, in floats; set by the memory plan.</summary>
    public long Start { get; set; }

    /// <summary>Where a pixel of the first block lies in the session's memory; it may be one of the border.</summary>
    public long At(int image, int row, int column) =>
        Start + (image * ImagePitch) + ((row + Border) * RowPitch) + (((long)column + Border) * Kernel.Block);

    /// <summary>Where a channel lies in relation to the first one.</summary>
    public long Channel(int channel) => (channel / Kernel.Block * PlanePitch) + (channel % Kernel.Block);
}
