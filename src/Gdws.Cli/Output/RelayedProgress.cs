namespace Gdws.Cli.Output;

/// <summary>Translates what a measurement tells about its progress; unlike <see cref="Progress{T}"/> at once, so that order is kept.</summary>
internal sealed class RelayedProgress<T>(IProgress<WorkProgress> target, Func<T, WorkProgress> translate) : IProgress<T>
{
    public void Report(T value) => target.Report(translate(value));
}
