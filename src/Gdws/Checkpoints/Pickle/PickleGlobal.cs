namespace Gdws.Checkpoints.Pickle;

/// <summary>A class or function that a pickle names and the allow-list knows.</summary>
/// <param name="Name">The full name, e.g. <c>collections.OrderedDict</c>.</param>
/// <param name="Call">
/// Makes what stands in for the result of calling it, from the positional arguments; <see langword="null"/> where that is an inert object.
/// </param>
internal record PickleGlobal(string Name, Func<PickleCall, object?>? Call = null);
