using System.Text;

namespace Gdws.Cli.Demo;

/// <summary>The demo's report in Markdown.</summary>
internal static class DemoReport
{
    public static string Write(DemoResult result, double seconds)
    {
        DemoSetup setup = result.Setup;
        StringBuilder text = new();
        text.AppendLine("# A robust network, before and after");
        text.AppendLine();
        text.AppendLine("A PreActResNet-18 of width 16, adversarially trained on Fashion-MNIST, and the same network with its 3×3 convolutions");
        text.AppendLine("replaced by generalized depthwise-separable (GDWS) ones. Nothing was trained. The calibrated networks were fitted in closed form to");
        text.AppendLine($"what the dense one computes on {setup.CalibrationImages:N0} images on which nothing below is measured.");
        text.AppendLine();
        Table(text, result);
        text.AppendLine();
        foreach (string note in result.Notes)
            text.AppendLine($"* {note}");
        text.AppendLine($"* machine: {result.Throughput.Machine}; {string.Join(", ", result.Throughput.Machine.InstructionSets)}");
        text.AppendLine($"* all of it took {Output.Quantity.Time(seconds)}");
        foreach (string warning in result.Throughput.Warnings)
            text.AppendLine($"* **warning**: {warning}");
        text.AppendLine();
        Commands(text, result);
        return text.Replace("\r\n", "\n").ToString();
    }

    private static void Table(StringBuilder text, DemoResult result)
    {
        text.AppendLine($"| {string.Join(" | ", DemoResult.Headers)} |");
        text.AppendLine($"|---|{string.Concat(Enumerable.Repeat("---:|", DemoResult.Headers.Length - 1))}");
        foreach (string[] row in result.Rows)
            text.AppendLine($"| {string.Join(" | ", row)} |");
    }

    /// <summary>The same step by step, for whoever wants to go on with a network of their own.</summary>
    private static void Commands(StringBuilder text, DemoResult result)
    {
        DemoSetup setup = result.Setup;
        text.AppendLine("## The same by hand");
        text.AppendLine();
        text.AppendLine("```");
        foreach (DemoNetwork network in result.Networks.Where(n => n.Plan is { Calibration: null }))
        {
            text.AppendLine($"gdws approximate {result.Networks[0].File} --speedup-macs {network.Plan!.Budget.Value}"
                + $" --plan {network.PlanFile} -o {network.File}");
        }

        foreach (DemoNetwork network in result.Networks)
        {
            text.AppendLine($"gdws evaluate {network.File} --data {setup.Data} --limit {result.Images}");
            text.AppendLine($"gdws evaluate {network.File} --data {setup.Data} --limit {setup.AttackedImages} --attack pgd"
                + $" --eps {setup.Attack.Epsilon} --step {setup.Attack.Step} --iterations {setup.Attack.Iterations} --seed {setup.Seed}");
        }

        text.AppendLine($"gdws benchmark {string.Join(' ', result.Networks.Select(n => n.File))}");
        text.AppendLine("```");
    }
}
