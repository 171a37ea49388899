using System.Reflection;
using System.Xml.Linq;

namespace Gdws.Tests.Packages;

public sealed class VersionsTests
{
    [Theory]
    [InlineData("Gdws")]
    [InlineData("Gdws.Torch")]
    [InlineData("Gdws.OnnxRuntime")]
    [InlineData("Gdws.Cli")]
    public void EveryAssembly_HasTheOneVersion(string assembly)
    {
        XDocument properties = XDocument.Load(Path.Combine(SharedFiles.Root, "Directory.Build.props"));
        string version = properties.Descendants("VersionPrefix").Single().Value;

        Assert.StartsWith(version, Assembly.Load(assembly).GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion, StringComparison.Ordinal);
    }

    [Fact]
    public void NoProject_HasAVersionOfItsOwn()
    {
        IEnumerable<string> projects = Directory.EnumerateFiles(Path.Combine(SharedFiles.Root, "src"), "*.csproj", SearchOption.AllDirectories);

        Assert.All(projects, project => Assert.DoesNotContain(
            XDocument.Load(project).Descendants(),
            element => element.Name.LocalName is "Version" or "VersionPrefix" or "PackageVersion" or "AssemblyVersion" or "FileVersion"));
    }
}
