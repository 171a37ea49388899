namespace Gdws.Data.Images.Jpeg;

/// <summary>What the components of a JPEG image mean.</summary>
internal enum JpegColors
{
    /// <summary>One component, the brightness.</summary>
    Grey,

    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Brightness and two colour differences.</summary>
    YCbCr,

    /// <summary>Cyan, magenta, yellow, black, stored inverted as Adobe does.</summary>
    Cmyk,

    /// <summary>CMYK with its first three components as YCbCr.</summary>
    Ycck,
}
