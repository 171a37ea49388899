using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>Networks of one design, e.g. ResNets of several depths: what their parameters are called and how they are connected.</summary>
internal interface IArchitectureFamily
{
    /// <summary>The members, smallest first.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Whether a name, in lower case, is a member's.</summary>
    bool Has(string name) => Names.Contains(name);

    /// <summary>The member that made a checkpoint, judged by its names and shapes; null where it is none of this family.</summary>
    string? Recognise(StateDict state);

    /// <summary>Builds a member. Widths are read off the parameters.</summary>
    /// <returns>The logits.</returns>
    FeatureMap Build(string name, NetworkBuilder network);

    /// <summary>Whether a parameter belongs to the checkpoint though the network doesn't use it.</summary>
    bool Ignores(string parameter) => false;
}
