namespace Gdws.Tests.Data.Images;

/// <summary>An image file and the SHA-256 of what it holds.</summary>
internal sealed record TinyImage(string PixelsHash, string Base64)
{
    public byte[] Content { get; } = Convert.FromBase64String(Base64);
}
