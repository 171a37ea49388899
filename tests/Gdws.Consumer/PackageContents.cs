using System.IO.Compression;
using System.Text;
using System.Xml.Linq;

namespace Gdws.Consumer;

/// <summary>What every package must hold.</summary>
internal static class PackageContents
{
    private static readonly string[] _libraries = ["Gdws", "Gdws.Torch", "Gdws.OnnxRuntime"];

    public static int Check(string folder, string version)
    {
        List<string> complaints = [];
        foreach (string name in _libraries)
            Library(folder, name, version, complaint => complaints.Add($"{name}: {complaint}"));
        complaints.ForEach(Console.Error.WriteLine);
        Console.WriteLine(complaints.Count == 0 ? "the packages hold what they should" : $"{complaints.Count} complaints");
        return complaints.Count == 0 ? 0 : 1;
    }

    private static void Library(string folder, string name, string version, Action<string> complain)
    {
        using ZipArchive package = ZipFile.OpenRead(Path.Combine(folder, $"{name}.{version}.nupkg"));
        HashSet<string> files = [.. package.Entries.Select(entry => entry.FullName)];
        List<string> wanted = ["README.md", "LICENSE", "icon.png", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"];
        if (name == "Gdws.Torch")
            wanted.AddRange(["buildTransitive/Gdws.Torch.targets", "buildTransitive/Gdws.Torch.props", "buildTransitive/MendElfVersion.cs"]);
        foreach (string missing in wanted.Except(files))
            complain($"{missing} is missing");

        XElement metadata = XDocument.Load(package.GetEntry($"{name}.nuspec")!.Open()).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
        string? Value(string element) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == element)?.Value;
        foreach (string element in (string[])["license", "readme", "icon", "description", "tags", "authors", "copyright"])
        {
            if (string.IsNullOrWhiteSpace(Value(element)))
                complain($"says nothing of its {element}");
        }

        if (Value("version") != version)
            complain($"is of version {Value("version")}, expected {version}");
        foreach (XElement dependency in metadata.Descendants().Where(e => e.Name.LocalName == "dependency" && e.Attribute("id")!.Value.StartsWith("Gdws", StringComparison.Ordinal)))
        {
            if (dependency.Attribute("version")!.Value != version)
                complain($"depends on {dependency.Attribute("id")!.Value} {dependency.Attribute("version")!.Value}");
        }

        using ZipArchive symbols = ZipFile.OpenRead(Path.Combine(folder, $"{name}.{version}.snupkg"));
        if (symbols.GetEntry($"lib/net10.0/{name}.pdb") is null)
            complain("has no symbols");

        // Where it was built is nobody's business, and would make the bytes differ from machine to machine.
        string here = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", ".."));
        foreach (ZipArchiveEntry entry in package.Entries.Concat(symbols.Entries).Where(e => e.FullName.EndsWith(".dll", StringComparison.Ordinal) || e.FullName.EndsWith(".pdb", StringComparison.Ordinal)))
        {
            using MemoryStream bytes = new();
            using (Stream stream = entry.Open())
                stream.CopyTo(bytes);
            if (bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(here)) >= 0)
                complain($"{entry.FullName} names the folder it was built in");
        }
    }
}
