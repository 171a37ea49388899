using System.Reflection;

namespace Gdws.Cli;

/// <summary>The version of the program.</summary>
internal static class ProgramVersion
{
    /// <summary>E.g. <c>0.1.0+57bfa74b</c>: the version, and the commit where it is known.</summary>
    public static string Current { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
