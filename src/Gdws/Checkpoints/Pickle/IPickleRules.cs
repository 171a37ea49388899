namespace Gdws.Checkpoints.Pickle;

/// <summary>What a pickle may name. The unpickler itself knows no class and calls nothing.</summary>
internal interface IPickleRules
{
    /// <summary>Looks a class or function up in the allow-list.</summary>
    /// <param name="module">The Python module.</param>
    /// <param name="name">The name in it.</param>
    /// <param name="reader">Where it is named, for messages.</param>
    /// <exception cref="InvalidFileException">It isn't in the allow-list.</exception>
    PickleGlobal Resolve(string module, string name, PickleReader reader);

    /// <summary>Makes what a persistent id stands for.</summary>
    /// <param name="id">The id.</param>
    /// <param name="reader">Where it stands, for messages.</param>
    /// <exception cref="InvalidFileException">The id isn't of a known form.</exception>
    object LoadPersistent(object? id, PickleReader reader);
}
