using Gdws.Cli.Output;
using Gdws.Onnx;

namespace Gdws.Cli.PublicCode;

/// <summary>What <c>--use-stat-layers</c> shows.</summary>
internal static class OperationTable
{
    public static FigureTable Of(IReadOnlyList<LayerOperations> layers)
    {
        FigureTable table = new FigureTable().Words("layer", "kind").Figures("output", "multiplications", "additions", "operations");
        foreach (LayerOperations layer in layers)
        {
            table.Row(
                layer.Name,
                layer.Kind,
                string.Join('×', layer.Output),
                Quantity.Large(layer.Multiplications),
                Quantity.Large(layer.Additions),
                Quantity.Large(layer.Multiplications + layer.Additions));
        }

        long multiplications = layers.Sum(layer => layer.Multiplications), additions = layers.Sum(layer => layer.Additions);
        table.Row("all", "", "", Quantity.Large(multiplications), Quantity.Large(additions), Quantity.Large(multiplications + additions));
        return table;
    }
}
