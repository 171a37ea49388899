using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Cli.Output;

namespace Gdws.Cli.Verbs;

/// <summary>What <c>inspect</c> shows of a checkpoint.</summary>
internal static class CheckpointInspection
{
    public static void Show(VerbContext context, string file)
    {
        Checkpoint checkpoint = Checkpoint.Load(file);
        string? architecture = Architecture.Detect(checkpoint.State);
        context.Line($"{file}: {checkpoint.Format.Name()} checkpoint, "
            + (architecture is null ? "of no architecture that gdws knows" : $"looks like {architecture}"));
        foreach ((string key, string value) in checkpoint.Metadata)
            context.Line($"{key}: {value}");
        context.Line();

        FigureTable table = new FigureTable().Words("tensor", "type").Figures("shape", "elements");
        foreach (CheckpointTensor tensor in checkpoint.State)
            table.Row(tensor.Name, tensor.Type.Name(), tensor.ShapeText, $"{tensor.Length:N0}");
        table.Print(context.Output);
        context.Line();
        context.Line($"{checkpoint.State.Count:N0} tensors, {Quantity.Large(checkpoint.State.Sum(t => t.Length))} elements,"
            + $" {checkpoint.State.Sum(t => t.Bytes.Length) / 1e6:F1} MB");
        if (architecture is not null)
        {
            string network = Path.ChangeExtension(file, ".onnx");
            context.Line($"`gdws convert {file} -o {network}` makes a network of it (--normalize as it was trained)");
        }

        context.WriteJson(() => new
        {
            Checkpoint = file,
            Format = checkpoint.Format.Name(),
            Architecture = architecture,
            Tensors = checkpoint.State.Select(t => new { t.Name, Dtype = t.Type.Name(), t.Shape }),
        });
    }
}
