namespace Gdws.Checkpoints;

/// <summary>The names of <see cref="CheckpointFormat"/>.</summary>
public static class CheckpointFormatExtensions
{
    /// <summary>The name in reports: <c>pytorch-zip</c>, <c>pytorch-legacy</c> or <c>safetensors</c>.</summary>
    /// <param name="format">The format.</param>
    public static string Name(this CheckpointFormat format) => format switch
    {
        CheckpointFormat.PyTorchZip => "pytorch-zip",
        CheckpointFormat.PyTorchLegacy => "pytorch-legacy",
        CheckpointFormat.SafeTensors => "safetensors",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };
}
