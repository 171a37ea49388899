namespace Gdws.Checkpoints.Pickle;

/// <summary>A pickle's wish to call something of the allow-list.</summary>
/// <param name="Target">What it names.</param>
/// <param name="Arguments">The positional arguments.</param>
/// <param name="Reader">Where the wish stands, for messages.</param>
internal sealed record PickleCall(PickleGlobal Target, object?[] Arguments, PickleReader Reader)
{
    /// <summary>The argument at a position.</summary>
    /// <exception cref="InvalidFileException">It is missing or of another type.</exception>
    public T Argument<T>(int index) where T : notnull =>
        index < Arguments.Length && Arguments[index] is T value ? value : throw Invalid($"argument {index + 1} is missing or of a wrong type");

    public InvalidFileException Invalid(string problem) => Reader.Invalid($"calls {Target.Name} wrongly: {problem}");
}
