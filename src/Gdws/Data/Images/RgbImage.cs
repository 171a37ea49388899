namespace Gdws.Data.Images;

/// <summary>A decoded image, 8 bits a channel, <c>[Height, Width, 3]</c>: red, green, blue of the first pixel first.</summary>
internal sealed record RgbImage(int Width, int Height, byte[] Pixels);
