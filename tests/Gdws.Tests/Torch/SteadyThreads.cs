namespace Gdws.Tests.Torch;

/// <summary>
/// For tests that compare results of libtorch bit by bit. Its number of threads is one for the whole process, decides the order of sums, and is set by whoever runs
/// a network for speed; so these tests run with no others beside them.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SteadyThreads
{
    public const string Name = "steady threads";
}
