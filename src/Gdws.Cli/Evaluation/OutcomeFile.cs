using System.Text;
using System.Text.Json;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Evaluation;

/// <summary>
/// What an evaluation found out image by image, as JSON lines: first what was evaluated and how, then a line an image, by position. No times are in it: the
/// same evaluation gives the same bytes.
/// </summary>
/// <param name="Path">Where it is, for messages.</param>
/// <param name="Header">The first line.</param>
/// <param name="Images">The others, ascending; fewer than the header says where the evaluation isn't finished.</param>
internal sealed record OutcomeFile(string Path, OutcomeHeader Header, IReadOnlyList<ImageOutcome> Images)
{
    private const int LongestLine = 1 << 20;

    /// <summary>Whether all images are there that the header promises.</summary>
    public bool IsComplete => Images.Count == Header.Images.Count;

    public void Write() => AtomicFile.Write(Path, stream =>
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(JsonSerializer.Serialize(Header, OutcomeHeader.Format));
        foreach (ImageOutcome image in Images)
            writer.WriteLine(OutcomeLines.Write(image));
    });

    /// <exception cref="GdwsException">The file is missing or damaged; the message names the line.</exception>
    public static OutcomeFile Read(string path)
    {
        try
        {
            using StreamReader reader = new(path, new UTF8Encoding(false));
            OutcomeHeader header = ReadHeader(path, Line(path, reader, 1) ?? throw new InvalidFileException(path, "is empty, expected an outcome file"));
            int[] runs = [.. header.Attacks.Select(attack => attack.Runs.Count)];
            List<ImageOutcome> images = [];
            for (int number = 2; Line(path, reader, number) is { } line; number++)
            {
                ImageOutcome image = ReadImage(path, line, number, runs);
                int last = images.Count == 0 ? header.Images.First - 1 : images[^1].Image;
                if (image.Image <= last || image.Image >= header.Images.First + header.Images.Count)
                    throw new InvalidFileException(path, $"line {number}: image {image.Image} is out of order or not among the {header.Images.Count} images from {header.Images.First} on");
                images.Add(image);
            }

            return new OutcomeFile(path, header, images);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GdwsException($"{path}: can't be read: {exception.Message.Split('\n')[0]}", exception);
        }
    }

    private static OutcomeHeader ReadHeader(string path, string line)
    {
        OutcomeHeader header;
        try
        {
            header = JsonSerializer.Deserialize<OutcomeHeader>(line, OutcomeHeader.Format) ?? throw new JsonException("null");
        }
        catch (Exception exception) when (exception is JsonException or GdwsException)
        {
            throw new InvalidFileException(path, "line 1: isn't the first line of an outcome file (gdws evaluate --outcomes writes them)", exception);
        }

        if (header.GdwsOutcomes != OutcomeHeader.Version)
            throw new InvalidFileException(path, $"line 1: has version {header.GdwsOutcomes} of the format, expected {OutcomeHeader.Version}");
        OutcomeRange range = header.Images;
        if (range.First < 0 || range.Count < 1 || range.Of < 1 || range.First > range.Of - range.Count)
            throw new InvalidFileException(path, $"line 1: {range.Count} images from {range.First} on aren't a part of {range.Of}");
        return header;
    }

    private static ImageOutcome ReadImage(string path, string line, int number, int[] runs)
    {
        try
        {
            return OutcomeLines.Read(line, runs);
        }
        catch (FormatException exception)
        {
            throw new InvalidFileException(path, $"line {number}: {exception.Message}", exception);
        }
    }

    /// <summary>The next line; a file without line ends must not fill the memory.</summary>
    private static string? Line(string path, StreamReader reader, int number)
    {
        StringBuilder line = new();
        for (int next = reader.Read(); next >= 0; next = reader.Read())
        {
            if (next == '\n')
                return line.ToString();
            if (line.Length == LongestLine)
                throw new InvalidFileException(path, $"line {number}: is longer than {LongestLine:N0} characters");
            line.Append((char)next);
        }

        return line.Length > 0 ? throw new InvalidFileException(path, $"line {number}: is cut off") : null;
    }
}
