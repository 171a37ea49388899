namespace Gdws.Checkpoints;

/// <summary>A tensor in a safetensors header; offsets count from the end of the header.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Begin">Its first byte.</param>
/// <param name="End">The byte behind its last.</param>
internal sealed record SafeTensorsEntry(string Name, ElementType Type, int[] Shape, long Begin, long End);
