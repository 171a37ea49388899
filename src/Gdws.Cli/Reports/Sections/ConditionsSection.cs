using System.Text;
using Gdws.Cli.Output;
using Gdws.Cli.Sweeps;
using Gdws.Execution;

namespace Gdws.Cli.Reports.Sections;

/// <summary>What is needed to judge the figures and to get them again: machine, versions, data, seeds, commands, the data themselves.</summary>
internal static class ConditionsSection
{
    public static string Write(SweepResult result, IReadOnlyList<ResultDocument> documents)
    {
        StringBuilder html = new();
        if (result.Warnings.Count > 0)
            html.Append($"<div class=\"warnings\" role=\"note\"><h3>To bear in mind</h3><ul>{string.Concat(result.Warnings.Select(w => $"<li>{Html.Text(w)}</li>"))}</ul></div>\n");

        html.Append("<dl>\n");
        foreach ((string term, string description) in Facts(result))
            html.Append($"<dt>{Html.Text(term)}</dt><dd>{Html.Text(description)}</dd>\n");
        html.Append("</dl>\n");

        if (result.Command is { } command)
            html.Append($"<h3>The command</h3>\n<pre tabindex=\"0\"><code>{Html.Text(command)}</code></pre>\n");
        if (result.Steps.Count > 0)
        {
            html.Append("<h3>The same by hand</h3>\n");
            html.Append($"<pre tabindex=\"0\"><code>{Html.Text(string.Join('\n', result.Steps))}</code></pre>\n");
        }

        html.Append("<h3>The data</h3>\n<p class=\"downloads\">");
        foreach ((int index, ResultDocument document) in documents.Index())
            html.Append($"<button type=\"button\" class=\"download\" data-document=\"{index}\" data-name=\"{Html.Text(document.Name)}\">Save {Html.Text(document.Name)}</button> ");
        html.Append("</p>\n");
        html.Append($"<details><summary>Licences of what draws this page</summary><pre tabindex=\"0\">{Html.Text(ReportAssets.Licences)}</pre></details>\n");
        return html.ToString();
    }

    private static IEnumerable<(string Term, string Description)> Facts(SweepResult result)
    {
        if (result.Data is { } data)
        {
            string attacked = data.Attacked > 0 ? $"; the first {data.Attacked:N0} of them attacked" : "";
            yield return ("Images", $"{data.Name} ({data.Split}): {data.Images:N0} classified{attacked}");
        }

        if (result.Networks.Select(network => network.Calibration).FirstOrDefault(calibration => calibration is not null) is { } calibrated)
        {
            yield return ("Calibration", $"{calibrated.Images:N0} images of {calibrated.Data} ({calibrated.Split}), "
                + (calibrated.Attack is { } attack ? $"half of them under attack ({attack})" : "as they are") + $", effort {calibrated.Effort}, seed {calibrated.Seed}");
        }

        if (result.Speed is { } speed)
        {
            yield return ("Frames per second", $"{speed.Engine}, batch {speed.Batch}, {speed.Threads} {(speed.Threads == 1 ? "thread" : "threads")}, median of {speed.Rounds} rounds"
                + " in which the networks took turns" + (speed.Date is { } date ? $", {date}" : ""));
        }

        if (result.Machine is { } machine)
        {
            yield return ("Machine", Describe(machine));
            yield return ("Instruction sets", string.Join(", ", machine.InstructionSets));
        }

        if (result.Versions.Count > 0)
            yield return ("Versions", string.Join(", ", result.Versions.Select(version => $"{version.Key} {version.Value}")));
        if (result.Seed is { } seed)
            yield return ("Seed", $"{seed}");
        double[] seconds = [.. result.Networks.Select(network => network.Seconds).OfType<double>()];
        if (seconds.Length > 0)
            yield return ("Approximating", $"{Quantity.Time(seconds.Sum())} for {seconds.Length} {(seconds.Length == 1 ? "network" : "networks")}");
    }

    private static string Describe(MachineDescription machine) => $"{machine}, {machine.Architecture}";
}
