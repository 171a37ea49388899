using System.Buffers;
using System.Text;
using System.Text.Json;
using Gdws.Torch.Evaluation;

namespace Gdws.Cli.Evaluation;

/// <summary>The lines of an outcome file after the first: one image each.</summary>
internal static class OutcomeLines
{
    private const string Image = "image";
    private const string Label = "label";
    private const string Predicted = "predicted";
    private const string TopFive = "top5";
    private const string Attacks = "attacks";
    private const string Robust = "robust";
    private const string Runs = "runs";
    private const string Distance = "distance";

    public static string Write(ImageOutcome outcome)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber(Image, outcome.Image);
            writer.WriteNumber(Label, outcome.Label);
            writer.WriteNumber(Predicted, outcome.Predicted);
            writer.WriteBoolean(TopFive, outcome.InTopFive);
            writer.WriteStartArray(Attacks);
            foreach (AttackOutcome attack in outcome.Attacks)
            {
                writer.WriteStartObject();
                writer.WriteBoolean(Robust, attack.Robust);
                writer.WriteStartArray(Runs);
                foreach (RunOutcome run in attack.Runs)
                {
                    writer.WriteStartObject();
                    writer.WriteBoolean(Robust, run.Robust);
                    writer.WriteNumber(Distance, run.Distance);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="runs">How many runs each attack consists of.</param>
    /// <exception cref="FormatException">It isn't what <see cref="Write"/> writes; the message says what is wrong.</exception>
    public static ImageOutcome Read(string line, IReadOnlyList<int> runs)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            ImageOutcome outcome = new(
                root.GetProperty(Image).GetInt32(), root.GetProperty(Label).GetInt32(), root.GetProperty(Predicted).GetInt32(), root.GetProperty(TopFive).GetBoolean())
            {
                Attacks = [.. root.GetProperty(Attacks).EnumerateArray().Select(ReadAttack)],
            };
            if (outcome.Attacks.Count != runs.Count)
                throw new FormatException($"expected {runs.Count} attacks, found {outcome.Attacks.Count}");
            for (int i = 0; i < runs.Count; i++)
                RequireSense(outcome, outcome.Attacks[i], runs[i]);
            return outcome;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("is no outcome of an image", exception);
        }
    }

    private static AttackOutcome ReadAttack(JsonElement attack) => new(
        attack.GetProperty(Robust).GetBoolean(),
        [.. attack.GetProperty(Runs).EnumerateArray().Select(run => new RunOutcome(run.GetProperty(Robust).GetBoolean(), run.GetProperty(Distance).GetDouble()))]);

    private static void RequireSense(ImageOutcome image, AttackOutcome attack, int runs)
    {
        bool isAttacked = attack.Runs.Count > 0;
        bool stoodAll = attack.Runs.All(run => run.Robust) && attack.Runs.Count == runs;
        bool endsAtTheBreak = attack.Runs.Take(attack.Runs.Count - 1).All(run => run.Robust) && (stoodAll || !isAttacked || !attack.Runs[^1].Robust);
        if (attack.Runs.Count > runs || (image.IsCorrect && !isAttacked) || attack.Robust != (isAttacked && stoodAll) || !endsAtTheBreak)
            throw new FormatException("contradicts itself");
        if (attack.Runs.Any(run => !double.IsFinite(run.Distance) || run.Distance < 0))
            throw new FormatException("has a distance that is no number of at least 0");
    }
}
