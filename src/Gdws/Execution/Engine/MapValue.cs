using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine;

/// <summary>A value between two steps: for each image a map of channels; a list of features is a map of one pixel.</summary>
internal sealed class MapValue(string name, int channels, int height, int width)
{
    /// <summary>The value's name in the network, for messages.</summary>
    public string Name { get; } = name;

    public int Channels { get; } = channels;

    public int Height { get; } = height;

    public int Width { get; } = width;

    /// <summary>Blocks of channels.</summary>
    public int Blocks => (Channels + Kernel.Block - 1) / Kernel.Block;

    /// <summary>Rows and columns of zeros around the map, as many as its readers reach beyond it.</summary>
    public int Border { get; private set; }

    /// <summary>Further rows and columns of zeros below and to the right, for readers that take whole tiles.</summary>
    public int Overhang { get; private set; }

    public void RequireBorder(int border) => Border = Math.Max(Border, border);

    public void RequireOverhang(int overhang) => Overhang = Math.Max(Overhang, overhang);
}
