using System.Reflection;
using System.Runtime.InteropServices;
using Gdws.Torch;
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
        if (setup.Attacks.Count > 0 || setup.CalibrationImages is not null || setup.Prunings is not null || setup.Engine == Engines.Torch)
            versions["libtorch"] = Libtorch();
        return versions;
    }

    /// <summary>Where every answer was known before, nothing else has loaded it.</summary>
    private static string Libtorch()
    {
        TorchRuntime.Initialize();
        return torch.__version__;
    }

    /// <summary>What a build adds to the version, e.g. a commit, is left out.</summary>
    private static string Of(Assembly assembly) =>
        (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? $"{assembly.GetName().Version}").Split('+')[0];
}
