namespace Gdws.Execution.Engine.Kernels;

/// <summary>
/// The loops that do the work, for one instruction set. Maps are stored in blocks of sixteen channels:
/// <code>
///   channel:   0  1  2 … 15 | 0  1  2 … 15 | …      block 0: the sixteen channels of a pixel side by side,
///   pixel:         (0,0)    |     (0,1)    | …               pixels of a row one after the other
///   channel:  16 17 18 … 31 | …                     block 1: the next sixteen channels of all pixels
/// </code>
/// A vector holds one pixel's neighbouring channels; nothing ever has to be rearranged inside it, and a step of one pixel is always
/// sixteen floats. Where C is no multiple of sixteen, the last block has lanes that nobody reads.
/// </summary>
internal abstract unsafe class Kernel
{
    /// <summary>Channels in a block of a map.</summary>
    public const int Block = 16;

    /// <summary>Values in a vector.</summary>
    public abstract int Lanes { get; }

    /// <summary>Output channels that <see cref="MultiplyStrip"/> computes at once: two vectors.</summary>
    public int PanelWidth => 2 * Lanes;

    /// <summary>The most pixels that <see cref="MultiplyStrip"/> takes.</summary>
    public abstract int LongestStrip { get; }

    /// <summary>Whether <see cref="Select"/> costs little more than a copy.</summary>
    public abstract bool SelectsLanes { get; }

    /// <summary>The kernels for an instruction set.</summary>
    public static Kernel For(InstructionSet set) => set switch
    {
        InstructionSet.Vector512 => new VectorKernel<System.Runtime.Intrinsics.Vector512<float>, Simd512>(),
        InstructionSet.Vector256 => new VectorKernel<System.Runtime.Intrinsics.Vector256<float>, Simd256>(),
        InstructionSet.Vector128 => new VectorKernel<System.Runtime.Intrinsics.Vector128<float>, Simd128>(),
        _ => new VectorKernel<float, SimdScalar>(),
    };

    /// <summary>The heart of the engine: a product of a strip of pixels and a panel of weights, see <see cref="StripRun"/>.</summary>
    /// <param name="pixels">Pixels, 1 to <see cref="LongestStrip"/>.</param>
    /// <param name="vectors">Vectors of output channels: 2, or 1 for a last panel of half the width.</param>
    /// <param name="run">Where everything lies.</param>
    public abstract void MultiplyStrip(int pixels, int vectors, in StripRun run);

    /// <summary>The length of the next strip.</summary>
    /// <param name="left">Pixels left, at least 1.</param>
    public abstract int StripLength(int left);

    /// <summary>
    /// One kernel a lane, one vector a pixel: output[p][lane] = Σ_t input[at[p] + taps[t]][lane] · weights[t][lane].
    /// </summary>
    /// <param name="input">What the offsets are counted from.</param>
    /// <param name="at">Where each pixel's first tap lies.</param>
    /// <param name="taps">Offsets of the taps.</param>
    /// <param name="tapCount">Their number.</param>
    /// <param name="weights"><c>[tapCount, Block]</c></param>
    /// <param name="output"><c>[count, Block]</c></param>
    /// <param name="count">Pixels.</param>
    public abstract void Depthwise(float* input, int* at, int* taps, int tapCount, float* weights, float* output, int count);

    /// <summary>Chooses channels: fills the lanes of each pixel from any blocks of a map.</summary>
    /// <param name="input">The first pixel in block 0.</param>
    /// <param name="blocks">Where the blocks lie that are chosen from.</param>
    /// <param name="lanes"><c>[count, Block]</c>: for each of these blocks, which of its lanes each lane takes, or −1.</param>
    /// <param name="count">How many blocks are chosen from, at least 1.</param>
    /// <param name="output"><c>[pixels, Block]</c></param>
    /// <param name="pixels">Pixels.</param>
    public abstract void Select(float* input, long* blocks, int* lanes, int count, float* output, int pixels);

    /// <summary>Copies pixels of one block side by side.</summary>
    /// <param name="input">The first pixel.</param>
    /// <param name="step">Floats from one pixel to the next one's.</param>
    /// <param name="output"><c>[count, Block]</c></param>
    /// <param name="count">Pixels.</param>
    public abstract void Copy(float* input, nint step, float* output, int count);

    /// <summary>Copies pixels of one block side by side, wherever they lie.</summary>
    /// <param name="input">What the offsets are counted from.</param>
    /// <param name="at">Where each pixel lies.</param>
    /// <param name="output"><c>[count, Block]</c></param>
    /// <param name="count">Pixels.</param>
    public abstract void Gather(float* input, int* at, float* output, int count);

    /// <summary>Takes one vector a pixel through the end of a fused step.</summary>
    /// <param name="from">What was computed for the first pixel.</param>
    /// <param name="fromPitch">Floats from one pixel's to the next one's.</param>
    /// <param name="pixels">Pixels.</param>
    /// <param name="end">The end.</param>
    public abstract void Finish(float* from, nint fromPitch, int pixels, in FinishRun end);

    /// <summary>Transforms a tile of a map for Winograd's convolutions, see <see cref="Steps.WinogradTransform"/>.</summary>
    /// <param name="size">Outputs of a tile in each direction, 2 or 4.</param>
    /// <param name="input">The tile's first pixel.</param>
    /// <param name="rowPitch">Floats from a row to the next.</param>
    /// <param name="output">Receives a block for each position.</param>
    /// <param name="positionPitch">Floats from a position to the next.</param>
    public abstract void WinogradInput(int size, float* input, nint rowPitch, float* output, nint positionPitch);

    /// <summary>Transforms a tile's products back and finishes them, one vector of channels.</summary>
    /// <param name="size">Outputs of a tile in each direction, 2 or 4.</param>
    /// <param name="products">The product of the first position.</param>
    /// <param name="positionPitch">Floats from a position to the next.</param>
    /// <param name="bias">What is added to every output.</param>
    /// <param name="rows">Rows of outputs that are on the map.</param>
    /// <param name="columns">Columns of outputs that are on the map.</param>
    /// <param name="end">The end; it has a place for each of size × size outputs.</param>
    public abstract void WinogradOutput(int size, float* products, nint positionPitch, float* bias, int rows, int columns, in FinishRun end);

    /// <summary>Largest value or sum over a window, a block of channels at once.</summary>
    /// <param name="isMax">Largest value rather than sum.</param>
    /// <param name="input">The window's first pixel.</param>
    /// <param name="rows">Rows of the window.</param>
    /// <param name="columns">Columns of the window.</param>
    /// <param name="rowPitch">Floats from a row to the next.</param>
    /// <param name="columnPitch">Floats from a column to the next.</param>
    /// <param name="scale">What to multiply a sum with.</param>
    /// <param name="output">One block.</param>
    public abstract void Pool(bool isMax, float* input, int rows, int columns, nint rowPitch, nint columnPitch, float scale, float* output);

    /// <summary>Arithmetic between two maps: a ∘ b, value by value.</summary>
    /// <param name="operation">What to do.</param>
    /// <param name="a">The first operand, <c>[count, Block]</c>.</param>
    /// <param name="b">The second operand.</param>
    /// <param name="bStep">Floats from a pixel of b to the next: <see cref="Block"/>, or 0 for one pixel that stands for all.</param>
    /// <param name="output"><c>[count, Block]</c></param>
    /// <param name="count">Pixels.</param>
    public abstract void Combine(Arithmetic operation, float* a, float* b, nint bStep, float* output, int count);
}
