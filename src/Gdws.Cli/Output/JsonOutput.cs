using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gdws.Cli.Output;

/// <summary>Writes a verb's results as JSON: keys in snake case, to a file (whole or not at all) or to standard output.</summary>
internal sealed class JsonOutput
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    };

    private readonly string _target;
    private readonly TextWriter _standardOutput;

    /// <param name="target">A file, or <c>-</c>.</param>
    /// <param name="standardOutput">What <c>-</c> means.</param>
    /// <exception cref="GdwsException">The file can't be written; better said before the work than after it.</exception>
    public JsonOutput(string target, TextWriter standardOutput)
    {
        _target = target;
        _standardOutput = standardOutput;
        if (!IsStandardOutput)
            OutputPath.RequireWritable(target);
    }

    public bool IsStandardOutput => _target == "-";

    public static string ToText<T>(T document) => JsonSerializer.Serialize(document, Format) + "\n";

    public void Write<T>(T document) => WriteText(ToText(document));

    /// <summary>Writes a document that is text already.</summary>
    public void WriteText(string document)
    {
        if (IsStandardOutput)
            _standardOutput.Write(document);
        else
            AtomicFile.WriteText(_target, document);
    }
}
