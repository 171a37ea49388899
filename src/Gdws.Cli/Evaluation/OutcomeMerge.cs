using System.Text.Json;

namespace Gdws.Cli.Evaluation;

/// <summary>Joins the outcome files of an evaluation's slices into the one that a single run writes.</summary>
internal static class OutcomeMerge
{
    /// <exception cref="GdwsException">
    /// The files are of different evaluations, have images in common, or don't hold all images; the message names the files.
    /// </exception>
    public static OutcomeFile Join(IReadOnlyList<OutcomeFile> files, string target)
    {
        RequireSameEvaluation(files);
        OutcomeFile[] sorted = InOrder(files);
        int of = sorted[0].Header.Images.Of, next = 0;
        foreach (OutcomeFile file in sorted)
        {
            OutcomeRange range = file.Header.Images;
            if (range.Of != of)
                throw new GdwsException($"{file.Path}: is a part of {range.Of:N0} images, {sorted[0].Path} of {of:N0}; give all slices the same --limit");
            if (!file.IsComplete)
                throw new GdwsException($"{file.Path}: holds {file.Images.Count:N0} of its {range.Count:N0} images; finish it first, by the same command with --resume");
            if (range.First > next)
                throw new GdwsException($"images {next:N0} to {range.First - 1:N0} are in none of the files; a slice is missing before {file.Path}");
            next = range.First + range.Count;
        }

        if (next < of)
            throw new GdwsException($"images {next:N0} to {of - 1:N0} are in none of the files; a slice is missing after {sorted[^1].Path}");
        return Together(sorted, target, new OutcomeRange(0, of, of));
    }

    /// <summary>What there is of an evaluation so far.</summary>
    /// <exception cref="GdwsException">The files are of different evaluations, have images in common, or hold none.</exception>
    public static OutcomeFile Look(IReadOnlyList<OutcomeFile> files)
    {
        RequireSameEvaluation(files);
        OutcomeFile[] sorted = InOrder(files);
        if (sorted.All(file => file.Images.Count == 0))
            throw new GdwsException($"{sorted[0].Path}: holds no images yet");
        return Together(sorted, sorted[0].Path, sorted[0].Header.Images with { Of = sorted.Max(file => file.Header.Images.Of) });
    }

    /// <summary>The attacks, as this version of the program makes them of what was asked for.</summary>
    /// <exception cref="GdwsException">They were other ones when the file was written.</exception>
    public static IReadOnlyList<AttackChoice> Attacks(OutcomeFile file)
    {
        foreach (OutcomeAttack attack in file.Header.Attacks)
        {
            string now = JsonSerializer.Serialize(OutcomeHeaders.Runs(attack.Asked), OutcomeHeader.Format);
            if (now != JsonSerializer.Serialize(attack.Runs, OutcomeHeader.Format))
                throw new GdwsException($"{file.Path}: the attack {attack.Asked.ThreatText} had other settings in the version {file.Header.Versions.Gdws} that wrote it; merge with that version");
        }

        return [.. file.Header.Attacks.Select(attack => attack.Asked)];
    }

    private static OutcomeFile Together(OutcomeFile[] sorted, string target, OutcomeRange images) =>
        new(target, sorted[0].Header with { Images = images }, [.. sorted.SelectMany(file => file.Images)]);

    private static void RequireSameEvaluation(IReadOnlyList<OutcomeFile> files)
    {
        foreach (OutcomeFile file in files.Skip(1))
        {
            if (file.Header.DifferenceFrom(files[0].Header) is { } difference)
                throw new GdwsException($"{file.Path}: is of another evaluation than {files[0].Path}: they differ in {difference}");
        }
    }

    private static OutcomeFile[] InOrder(IReadOnlyList<OutcomeFile> files)
    {
        OutcomeFile[] sorted = [.. files.OrderBy(file => file.Header.Images.First)];
        for (int i = 1; i < sorted.Length; i++)
        {
            OutcomeRange before = sorted[i - 1].Header.Images;
            if (before.First + before.Count > sorted[i].Header.Images.First)
                throw new GdwsException($"image {sorted[i].Header.Images.First:N0} is in {sorted[i - 1].Path} and in {sorted[i].Path}: slices must not overlap");
        }

        return sorted;
    }
}
