namespace Gdws.Checkpoints.Pickle;

/// <summary>A stand-in that wants the state that a pickle gives to its object; all others do without.</summary>
internal interface IPickleBuildable
{
    /// <summary>Takes the state.</summary>
    /// <param name="state">What the pickle says.</param>
    void Build(object? state);
}
