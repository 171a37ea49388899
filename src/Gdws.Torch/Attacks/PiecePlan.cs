namespace Gdws.Torch.Attacks;

/// <summary>Some images of a batch that a network gets at once.</summary>
/// <param name="Start">The first image.</param>
/// <param name="Count">How many of the batch's images there are.</param>
/// <param name="Size">How many the network gets: where that is more, copies fill up.</param>
/// <param name="IsTrial">Whether it isn't known that this size gives the bits of the measure.</param>
internal readonly record struct PiecePlan(int Start, int Count, int Size, bool IsTrial);
