using System.CommandLine;
using Gdws.Cli.Output;
using Gdws.Onnx;
using Gdws.Onnx.Schema;

namespace Gdws.Cli.Verbs;

/// <summary>Shows what is in a file: the layers of a network or the tensors of a checkpoint.</summary>
internal sealed class InspectVerb : Verb
{
    /// <summary>From this share of zeros on they are no accident, and shown.</summary>
    private const double LeastSparsity = 0.01;

    private readonly Argument<string> _file = new("NET") { Description = "A network (.onnx) or a checkpoint (.pth, .safetensors, …)" };

    public InspectVerb() : base(
        "inspect",
        "Shows a network's convolutions with their cost, or a checkpoint's tensors",
        "gdws inspect resnet.onnx",
        "gdws inspect resnet.pth --json -")
    {
        Add(_file);
        Add(SharedOptions.Json);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string file = arguments.GetRequiredValue(_file);
        if (NetworkFile.IsCheckpoint(file))
            CheckpointInspection.Show(context, file);
        else
            ShowNetwork(context, OnnxModel.Load(file));
    }

    private static void ShowNetwork(VerbContext context, OnnxModel model)
    {
        NetworkComplexity whole = NetworkComplexity.Of(model);
        WeightSparsity sparsity = WeightSparsity.Of(model);
        context.Line($"{model.Source}: opset {model.Opset}, takes {string.Join(", ", model.Inputs.Select(Describe))}");
        context.Line();
        LayerTable(model.Convolutions, whole.Macs, sparsity).Print(context.Output);
        context.Line();
        long parameters = model.Convolutions.Sum(l => l.Parameters);
        context.Line($"convolutions   {Quantity.Large(whole.ConvolutionMacs),8} MACs  {Quantity.Large(parameters),8} parameters");
        context.Line($"whole network  {Quantity.Large(whole.Macs),8} MACs  {Quantity.Large(whole.Parameters),8} parameters");
        long dense = model.Convolutions.Sum(DenseMacs) + whole.LinearMacs;
        if (dense != whole.Macs)
            context.Line($"its dense form {Quantity.Large(dense),8} MACs, {Quantity.Ratio((double)dense / whole.Macs)} as many");
        if (sparsity.Share >= LeastSparsity)
        {
            context.Line($"pruned: {Quantity.Share(sparsity.Zeros, sparsity.Weights)} of the {Quantity.Large(sparsity.Weights)} weights of convolutions and"
                + " linear layers are zero; they count as any other in MACs and parameters");
        }

        if (model.Convolutions.Any(l => l.OutputSize.Height == 0))
            context.Warn("the size of some maps can't be told: MACs of layers with output size ? aren't counted");

        context.WriteJson(() => new
        {
            Network = model.Source,
            Inputs = model.Inputs.Select(input => new { input.Name, Shape = Dimensions(input) }),
            whole.Macs,
            whole.Parameters,
            Sparsity = Math.Round(sparsity.Share, 6),
            Layers = model.Convolutions.Select(layer => new
            {
                layer.Name,
                Kind = layer.Kind.ToString().ToLowerInvariant(),
                layer.Outputs,
                layer.Inputs,
                Kernel = (int[])[layer.KernelHeight, layer.KernelWidth],
                Stride = (int[])[layer.Stride.Height, layer.Stride.Width],
                layer.Groups,
                OutputSize = (int[])[layer.OutputSize.Height, layer.OutputSize.Width],
                layer.Macs,
                layer.Parameters,
                layer.Kernels,
                Sparsity = Math.Round(sparsity.ShareOf(layer), 6),
            }),
        });
    }

    private static FigureTable LayerTable(IReadOnlyList<ConvolutionLayer> layers, long wholeMacs, WeightSparsity sparsity)
    {
        bool anyZeros = sparsity.Share >= LeastSparsity;
        bool anyGroups = layers.Any(l => l.Groups != 1);
        bool anyGdws = layers.Any(l => l.Kind == ConvolutionKind.Gdws);
        FigureTable table = new FigureTable().Words("layer", "kind").Figures("M", "C", "K", "s");
        if (anyGroups)
            table.Figures("groups");
        table.Figures("output", "MACs", "params", "share");
        if (anyZeros)
            table.Figures("zeros");
        if (anyGdws)
            table.Figures("G", "G/C", "saving");

        foreach (ConvolutionLayer layer in layers)
        {
            List<string> cells =
            [
                layer.Name, layer.Kind.ToString().ToLowerInvariant(), $"{layer.Outputs}", $"{layer.Inputs}",
                Pair(layer.KernelHeight, layer.KernelWidth), Pair(layer.Stride.Height, layer.Stride.Width),
            ];
            if (anyGroups)
                cells.Add($"{layer.Groups}");
            cells.Add(layer.OutputSize.Height == 0 ? "?" : $"{layer.OutputSize.Height}×{layer.OutputSize.Width}");
            cells.AddRange([Quantity.Large(layer.Macs), Quantity.Large(layer.Parameters), Quantity.Share(layer.Macs, wholeMacs)]);
            if (anyZeros)
                cells.Add($"{100 * sparsity.ShareOf(layer):F1} %");
            if (anyGdws)
            {
                cells.AddRange(layer.Kind == ConvolutionKind.Gdws
                    ? [$"{layer.Kernels}", $"{(double)layer.Kernels / layer.Inputs:F2}", Saving(layer)]
                    : ["", "", ""]);
            }

            table.Row(cells);
        }

        return table;
    }

    private static string Saving(ConvolutionLayer layer) =>
        layer.Macs == 0 ? "-" : Quantity.Ratio((double)DenseMacs(layer) / layer.Macs);

    /// <summary>What the layer needs, or would need in the dense form that it stands for.</summary>
    private static long DenseMacs(ConvolutionLayer layer) => layer.Kind == ConvolutionKind.Gdws
        ? (long)layer.Outputs * layer.Inputs * layer.KernelHeight * layer.KernelWidth * layer.OutputSize.Height * layer.OutputSize.Width
        : layer.Macs;

    private static string Pair(int height, int width) => height == width ? $"{height}" : $"{height}×{width}";

    private static string Describe(ValueInfoProto input) => $"{input.Name} [{string.Join(", ", Dimensions(input))}]";

    private static IEnumerable<object> Dimensions(ValueInfoProto input) => input.Type?.TensorType?.Shape?.Dim
        .Select(d => d.DimValue > 0 ? (object)d.DimValue : d.DimParam is { Length: > 0 } name ? name : "?") ?? [];
}
