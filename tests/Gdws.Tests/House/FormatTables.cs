using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gdws.Tests.House;

/// <summary>
/// The tables of keys in docs/formats.md, by section. A row names keys of an object, those of an object inside by their path (<c>natural.correct</c>,
/// <c>layers[].name</c>); a link to another section says that the object inside is described there.
/// </summary>
internal sealed partial class FormatTables
{
    /// <summary>Objects whose names are data: what they hold is described in words.</summary>
    private static readonly string[] _open = ["metadata", "recipe", "versions"];

    private readonly Dictionary<string, Dictionary<string, string>> _sections = new(StringComparer.Ordinal);
    private readonly HashSet<(string Section, string Key)> _written = [];

    public FormatTables(string document)
    {
        Dictionary<string, string> keys = [];
        foreach (string line in Documents.Read(document).Split('\n'))
        {
            if (Heading().Match(line) is { Success: true } heading)
                _sections[Documents.Anchor(heading.Groups[1].Value)] = keys = new(StringComparer.Ordinal);
            if (Row().Match(line) is not { Success: true } row)
                continue;
            string link = Link().Match(row.Groups[2].Value).Groups[1].Value;
            foreach (Match key in Key().Matches(row.Groups[1].Value))
                keys.Add(key.Groups[1].Value, link);
        }
    }

    /// <summary>Keys that were written and have no row.</summary>
    public SortedSet<string> Missing { get; } = new(StringComparer.Ordinal);

    /// <summary>Rows of the sections that were looked at whose keys weren't written.</summary>
    public IEnumerable<string> Stale =>
        from section in _written.Select(written => written.Section).Distinct()
        from key in _sections[section].Keys
        where !_written.Contains((section, key))
        select $"{section}: {key}";

    /// <summary>Compares a document that was written with the table of its section.</summary>
    /// <param name="section">The section's heading as links write it.</param>
    /// <param name="document">The document.</param>
    public void Compare(string section, JsonElement document)
    {
        Assert.True(_sections.ContainsKey(section), $"there is no section #{section}");
        CompareObject(section, "", document);
    }

    private void CompareObject(string section, string prefix, JsonElement element)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string key = prefix + property.Name;
            _written.Add((section, key));
            if (!_sections[section].TryGetValue(key, out string? link))
                Missing.Add($"{section}: {key}");
            else if (!_open.Contains(property.Name))
                CompareValue(link.Length > 0 ? link : section, link.Length > 0 ? "" : $"{key}.", property.Value);
        }
    }

    private void CompareValue(string section, string prefix, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
            CompareObject(section, prefix, value);
        if (value.ValueKind != JsonValueKind.Array)
            return;
        foreach (JsonElement item in value.EnumerateArray())
            CompareValue(section, prefix.Length == 0 ? "" : $"{prefix[..^1]}[].", item);
    }

    [GeneratedRegex(@"^#+ (.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\| (`[^|]+`) \| (.+) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Key();

    [GeneratedRegex(@"\]\(#([^)]+)\)")]
    private static partial Regex Link();
}
