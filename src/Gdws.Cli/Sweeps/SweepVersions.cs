using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Gdws.Cli.Sweeps;

/// <summary>The versions of this program and of what computes for it.</summary>
internal static class SweepVersions
{
    /// <summary>This program's.</summary>
    public static string Gdws { get; } = Of(typeof(SweepVersions).Assembly);

    /// <summary>Those that a sweep's figures depend on, by name.</summary>
    public static IReadOnlyDictionary<string, string> Of(SweepSetup setup)
    {
        SortedDictionary<string, string> versions = new(StringComparer.Ordinal)
        {
            [".NET"] = RuntimeInformation.FrameworkDescription.Replace(".NET ", "", StringComparison.Ordinal),
            ["gdws"] = Gdws,
            ["ONNX Runtime"] = Of(typeof(Microsoft.ML.OnnxRuntime.InferenceSession).Assembly),
        };
        if (setup.Attacks.Count > 0 || setup.CalibrationImages is not null || setup.Engine == Engines.Torch)
            versions["libtorch"] = torch.__version__;
        return versions;
    }

    /// <summary>What a build adds to the version, e.g. a commit, is left out.</summary>
    private static string Of(Assembly assembly) =>
        (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? $"{assembly.GetName().Version}").Split('+')[0];
}
