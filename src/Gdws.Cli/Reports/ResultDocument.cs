using System.Text.Json;

namespace Gdws.Cli.Reports;

/// <summary>A JSON file of results.</summary>
/// <param name="Name">Its name, without its folder.</param>
/// <param name="Text">Its content: valid JSON.</param>
internal sealed record ResultDocument(string Name, string Text)
{
    // Results of a sweep over a network with a thousand layers and all its pictures take a few megabytes.
    private const long MostBytes = 64L << 20;

    /// <exception cref="InvalidFileException">There is no such file, or it is no JSON.</exception>
    public static ResultDocument Load(string path)
    {
        try
        {
            if (Directory.Exists(path))
                throw new InvalidFileException(path, "is a folder, not a JSON file");
            FileInfo file = new(path);
            if (!file.Exists)
                throw new InvalidFileException(path, "doesn't exist");
            if (file.Length > MostBytes)
                throw new InvalidFileException(path, $"is no result that gdws wrote: {file.Length:N0} bytes are too many");
            string text = File.ReadAllText(path);
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ResultDocument(Path.GetFileName(path), text)
                : throw new InvalidFileException(path, "is no result that gdws wrote: expected a JSON object");
        }
        catch (JsonException exception)
        {
            throw new InvalidFileException(path, $"is no valid JSON: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidFileException(path, $"can't be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}
