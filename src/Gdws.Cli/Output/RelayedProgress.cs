namespace Gdws.Cli.Output;

/// <summary>Translates what a measurement tells about its progress; unlike <see cref="Progress{T}"/> on the same thread and so in order.</summary>
internal sealed class RelayedProgress<T>(IProgress<WorkProgress> target, Func<T, WorkProgress> translate) : IProgress<T>
{
    public void Report(T value) => target.Report(translate(value));
}
