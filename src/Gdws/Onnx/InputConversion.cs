using System.Globalization;

namespace Gdws.Onnx;

/// <summary>
/// What has to be done to an image in [0,1], colours in the order red, green, blue, before a network can read it:
/// y = (scale · x − mean) / std, after its colours were put in the network's order. It becomes part of the network, so that every
/// network takes images in [0,1] and ε is in pixel units.
/// </summary>
/// <remarks>
/// Mean and standard deviation belong to the network's channels and units: of a network that reads blue first, 0 to 255, they are
/// those of blue, green and red, 0 to 255.
/// </remarks>
public sealed record InputConversion
{
    private readonly int _scale = 1;

    /// <summary>Creates a conversion.</summary>
    /// <param name="mean">One value a channel, in the network's order and units; empty for no normalisation.</param>
    /// <param name="standardDeviation">One value above 0 a channel; as many as there are means.</param>
    /// <exception cref="GdwsException">The counts differ, a value isn't finite, a standard deviation isn't above 0.</exception>
    public InputConversion(IEnumerable<float> mean, IEnumerable<float> standardDeviation)
    {
        Mean = [.. mean];
        StandardDeviation = [.. standardDeviation];
        if (Mean.Count != StandardDeviation.Count)
        {
            throw new GdwsException(
                $"normalisation: {Mean.Count} means but {StandardDeviation.Count} standard deviations; give one of each a channel");
        }

        if (Mean.Any(m => !float.IsFinite(m)))
            throw new GdwsException("normalisation: a mean isn't a finite number");
        if (StandardDeviation.FirstOrDefault(s => !(s > 0) || !float.IsFinite(s), 1) is not 1 and var wrong)
            throw new GdwsException($"normalisation: a standard deviation must be above 0, found {wrong}");
    }

    /// <summary>The image as it is.</summary>
    public static InputConversion None { get; } = new([], []);

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Presets { get; } = ["cifar10", "cifar100", "svhn", "imagenet", "fashion-mnist", "none"];

    /// <summary>What is subtracted, one value a channel in the network's order; empty where nothing is.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>What is then divided by, one value a channel in the network's order.</summary>
    public IReadOnlyList<float> StandardDeviation { get; }

    /// <summary>The order of colours that the network reads.</summary>
    public ChannelOrder ChannelOrder { get; init; }

    /// <summary>The value of white for the network, before normalisation: 1 or 255.</summary>
    /// <exception cref="GdwsException">It is neither.</exception>
    public int Scale
    {
        get => _scale;
        init => _scale = value is 1 or 255 ? value : throw new GdwsException($"input scale {value}: expected 1 or 255");
    }

    /// <summary>Whether nothing is to be done.</summary>
    public bool IsNone => Mean.Count == 0 && ChannelOrder == ChannelOrder.Rgb && Scale == 1;

    /// <summary>Reads a preset's name or <c>MEANS:STDS</c>.</summary>
    /// <param name="text">E.g. <c>cifar10</c> or <c>0.5,0.5,0.5:0.25,0.25,0.25</c>, one value a channel.</param>
    /// <exception cref="GdwsException">It is neither.</exception>
    public static InputConversion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        switch (text.Trim().ToLowerInvariant())
        {
            case "cifar10":
                return new([0.4914f, 0.4822f, 0.4465f], [0.2471f, 0.2435f, 0.2616f]);
            case "cifar100":
                return new([0.5071f, 0.4865f, 0.4409f], [0.2673f, 0.2564f, 0.2762f]);
            case "svhn":
                return new([0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]);
            case "imagenet":
                return new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);
            case "fashion-mnist":
                return new([0.2860f], [0.3530f]);
            case "none":
                return None;
        }

        string[] parts = text.Split(':');
        if (parts.Length != 2)
        {
            throw new GdwsException(
                $"normalisation \"{text}\": expected {string.Join(", ", Presets)} or MEANS:STDS, e.g. 0.5,0.5,0.5:0.25,0.25,0.25");
        }

        return new InputConversion(Numbers(parts[0], text), Numbers(parts[1], text));
    }

    /// <summary>
    /// The network with this conversion in front of it: the result takes images as single-precision RGB in [0,1] and gives
    /// single-precision <c>[N, classes]</c>, whatever the network itself wants. Its own nodes and weights stay as they are, except
    /// that a batch dimension fixed to 1 is opened where that is certain to do no harm.
    /// </summary>
    /// <param name="network">A network of one image input <c>[N, C, H, W]</c>, single or half precision, opset 7 or newer.</param>
    /// <exception cref="GdwsException">The network has another kind of input, or another number of channels than this conversion.</exception>
    public OnnxModel Prepend(OnnxModel network) => PrependedConversion.Apply(this, network);

    /// <inheritdoc/>
    public bool Equals(InputConversion? other) => other is not null && Scale == other.Scale && ChannelOrder == other.ChannelOrder
        && Mean.SequenceEqual(other.Mean) && StandardDeviation.SequenceEqual(other.StandardDeviation);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        Mean.Concat(StandardDeviation).Aggregate(HashCode.Combine(Scale, ChannelOrder), (hash, value) => HashCode.Combine(hash, value));

    /// <summary>Describes the conversion, e.g. <c>mean 0.5 std 0.25</c>.</summary>
    public override string ToString()
    {
        List<string> parts = [];
        if (Scale != 1)
            parts.Add($"×{Scale}");
        if (ChannelOrder != ChannelOrder.Rgb)
            parts.Add("BGR");
        if (Mean.Count > 0)
            parts.Add($"mean {string.Join(", ", Mean)} std {string.Join(", ", StandardDeviation)}");
        return parts.Count == 0 ? "none" : string.Join(", ", parts);
    }

    /// <summary>Makes sure that the conversion is meant for so many channels.</summary>
    /// <exception cref="GdwsException">It isn't.</exception>
    internal void RequireChannels(int channels, string source)
    {
        if (Mean.Count > 0 && Mean.Count != channels)
            throw new GdwsException($"{source}: takes {channels} channel(s), but the normalisation has {Mean.Count}");
        if (ChannelOrder == ChannelOrder.Bgr && channels != 3)
            throw new GdwsException($"{source}: takes {channels} channel(s); the channel order bgr needs 3");
    }

    private static IEnumerable<float> Numbers(string list, string text) => list.Split(',').Select(number =>
        float.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
            ? value
            : throw new GdwsException($"normalisation \"{text}\": \"{number}\" isn't a number"));
}
