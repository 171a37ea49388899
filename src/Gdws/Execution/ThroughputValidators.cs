using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Gdws.Execution;

/// <summary>Looks, before a measurement, for what would make its figures doubtful.</summary>
internal static class ThroughputValidators
{
    public static IEnumerable<string> Check(ThroughputOptions options)
    {
        if (IsDebugBuild(typeof(ThroughputValidators).Assembly))
            yield return "this is a Debug build, which is slower than what users run: measure with -c Release";
        if (Debugger.IsAttached)
            yield return "a debugger is attached, which slows the program down";
        if (options.Threads > Environment.ProcessorCount)
            yield return $"{options.Threads} threads share {Environment.ProcessorCount} processors";
        if (OtherLoad(Environment.ProcessorCount) is { } load)
            yield return $"the machine is busy (load {load:0.0} on {Environment.ProcessorCount} processors): other work takes part of its time";
    }

    internal static bool IsDebugBuild(Assembly assembly) =>
        assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled ?? false;

    /// <summary>The load average of the last minute where it says that at least one more process than ours wants a whole processor.</summary>
    private static double? OtherLoad(int processors)
    {
        const string path = "/proc/loadavg";
        if (!OperatingSystem.IsLinux() || !File.Exists(path))
            return null;

        string first = File.ReadAllText(path).Split(' ')[0];
        return double.TryParse(first, CultureInfo.InvariantCulture, out double load) && load > processors ? load : null;
    }
}
