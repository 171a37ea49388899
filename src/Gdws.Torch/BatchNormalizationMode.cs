namespace Gdws.Torch;

/// <summary>Whether the batch normalisations of a network compute with the batch's own statistics, and learn from them, or with those that they have learned.</summary>
internal sealed class BatchNormalizationMode
{
    public bool Learns { get; set; }
}
