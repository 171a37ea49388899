using System.Text.Json;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Reports;

/// <summary>
/// Puts together what several verbs found. Networks are told apart by the names of their files, so that an approximation, its evaluation and its
/// benchmark come to stand in one row.
/// </summary>
internal static class ResultMerge
{
    /// <summary>What the documents hold together.</summary>
    /// <exception cref="GdwsException">A document is no result of ours, or holds figures that can't be.</exception>
    public static SweepResult Of(IReadOnlyList<ResultDocument> documents)
    {
        (ResultDocument Document, SweepResult Result)[] results = [.. documents.Select(document => (document, Read(document)))];
        SweepResult[] sweeps = [.. results.Select(entry => entry.Result)];
        if (sweeps.Length == 1)
            return sweeps[0];

        // Baselines first: an approximation names the network that it was made from.
        List<NetworkResult> networks = [];
        foreach (NetworkResult network in sweeps.SelectMany(sweep => sweep.Networks).OrderBy(network => network.Kind == NetworkKind.Dense ? 0 : 1))
        {
            int known = networks.FindIndex(other => other.Network == network.Network);
            if (known < 0)
                networks.Add(network);
            else
                networks[known] = Merged(networks[known], network);
        }

        SweepResult whole = sweeps.FirstOrDefault(sweep => sweep.Speed is not null) ?? sweeps[0];
        return whole with
        {
            Title = sweeps.Select(sweep => sweep.Title).FirstOrDefault(title => title != SweepReading.DefaultTitle) ?? SweepReading.DefaultTitle,
            Networks = networks,
            Data = sweeps.Select(sweep => sweep.Data).FirstOrDefault(data => data is not null),
            Seed = sweeps.Select(sweep => sweep.Seed).OfType<int>().Distinct().ToArray() is [var seed] ? seed : null,
            Command = null,
            Steps = [.. sweeps.SelectMany(sweep => sweep.Steps).Distinct()],
            Warnings = [.. sweeps.SelectMany(sweep => sweep.Warnings).Distinct()],
            Spectra = sweeps.Select(sweep => sweep.Spectra).FirstOrDefault(spectra => spectra.Count > 0) ?? [],
            Gallery = sweeps.Select(sweep => sweep.Gallery).FirstOrDefault(gallery => gallery is not null),
        };
    }

    private static SweepResult Read(ResultDocument document)
    {
        try
        {
            SweepResult result = SweepReading.Of(document);
            ResultCheck.Require(result, document.Name);
            return result;
        }
        catch (JsonException exception)
        {
            throw new InvalidFileException(document.Name, $"is no result that gdws wrote: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>What the first one doesn't know the second one may.</summary>
    private static NetworkResult Merged(NetworkResult first, NetworkResult second) => first with
    {
        Kind = first.Kind == NetworkKind.Dense ? second.Kind : first.Kind,
        Name = first.Budget is null && second.Budget is not null ? second.Name : first.Name,
        Budget = first.Budget ?? second.Budget,
        Calibration = first.Calibration ?? second.Calibration,
        Seconds = first.Seconds ?? second.Seconds,
        Macs = first.Macs ?? second.Macs,
        Parameters = first.Parameters ?? second.Parameters,
        SpeedupMacs = first.SpeedupMacs ?? second.SpeedupMacs,
        Natural = first.Natural?.Images >= (second.Natural?.Images ?? 0) ? first.Natural : second.Natural,
        Robust = [.. first.Robust, .. second.Robust],
        Union = first.Union ?? second.Union,
        Fps = first.Fps ?? second.Fps,
        FpsLow = first.FpsLow ?? second.FpsLow,
        FpsHigh = first.FpsHigh ?? second.FpsHigh,
        Runs = first.Runs ?? second.Runs,
        RatioToBaseline = first.RatioToBaseline ?? second.RatioToBaseline,
        Layers = first.Layers.Count > 0 ? first.Layers : second.Layers,
    };
}
