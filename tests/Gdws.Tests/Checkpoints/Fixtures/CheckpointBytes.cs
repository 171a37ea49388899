using Gdws.Checkpoints;

namespace Gdws.Tests.Checkpoints.Fixtures;

/// <summary>Loads checkpoints from bytes.</summary>
internal static class CheckpointBytes
{
    private const string Name = "file.pth";

    public static Checkpoint Load(byte[] content)
    {
        using MemoryStream stream = new(content, writable: false);
        return Checkpoint.Read(stream, Name);
    }

    /// <summary>The message of the refusal, without the file's name.</summary>
    public static string Refusal(byte[] content)
    {
        string message = Assert.Throws<InvalidFileException>(() => Load(content)).Message;
        Assert.StartsWith(Name + ": ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message[(Name.Length + 2)..];
    }
}
