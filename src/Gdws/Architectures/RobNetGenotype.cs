using System.Text.RegularExpressions;
using Gdws.Checkpoints;

namespace Gdws.Architectures;

/// <summary>
/// The operations of a RobNet's cells (Guo et al. 2020, "When NAS meets robustness"), 14 a cell: two connections into its first node, three into the
/// second, four and five into the others. A checkpoint shows most of them by the parameters that they have; a connection without any may be
/// a zero or an identity.
/// </summary>
internal sealed partial record RobNetGenotype(IReadOnlyList<RobNetOperation[]> Cells)
{
    /// <summary>Nodes of a cell.</summary>
    public const int Nodes = 4;

    /// <summary>Connections of a cell.</summary>
    public const int Connections = 14;

    private const int LargeCells = 33;

    /// <summary>Each of RobNet-Free's 20 cells is its own.</summary>
    public static RobNetGenotype Free { get; } = Parse("""
        11 10 11 11 10 11 01 01 10 11 11 00 11 01 / 11 00 01 10 01 00 10 10 00 01 11 10 11 00
        11 11 11 01 01 11 01 00 10 00 10 10 00 11 / 10 11 10 01 01 10 10 01 10 11 00 00 01 10
        11 11 01 00 10 10 10 01 10 01 00 10 01 11 / 11 10 11 11 11 01 10 11 00 10 01 11 01 11
        11 11 11 10 10 01 11 10 01 10 10 10 01 10 / 01 11 11 11 01 11 11 11 01 11 01 11 10 00
        11 11 11 11 11 01 01 11 10 01 00 10 01 11 / 10 11 01 00 11 11 10 11 01 11 11 11 11 00
        11 10 11 00 00 00 11 00 01 10 00 01 10 11 / 01 11 01 11 11 10 10 11 10 11 01 11 10 00
        11 11 10 10 01 00 10 11 11 01 10 10 00 01 / 01 11 11 11 01 01 11 01 01 11 11 01 10 10
        01 11 11 11 11 01 00 01 10 10 11 10 10 11 / 11 11 00 11 11 01 00 01 10 00 11 01 11 11
        11 11 01 11 11 10 11 10 10 10 10 10 11 11 / 10 11 01 11 11 01 11 00 11 11 00 10 00 01
        11 10 11 11 11 11 11 10 11 00 11 01 11 11 / 11 11 01 01 11 11 01 00 00 10 00 01 01 11
        """);

    /// <summary>All cells of RobNet-Large are alike.</summary>
    /// <param name="cells">How many there are; 0 for the published number.</param>
    public static RobNetGenotype Large(int cells) =>
        new([.. Enumerable.Repeat(Parse("11 11 11 11 11 01 11 01 10 11 01 01 01 11").Cells[0], cells == 0 ? LargeCells : cells)]);

    /// <summary>Reads codes: cells apart by <c>/</c> or a new line, 14 codes 00, 01, 10 or 11 a cell; everything between codes is passed over.</summary>
    /// <exception cref="GdwsException">The text is no genotype.</exception>
    public static RobNetGenotype Parse(string text)
    {
        string[] cells = [.. text.Split('/', '\n').Where(cell => Code().IsMatch(cell))];
        RobNetOperation[][] operations = [.. cells.Select(cell => Code().Matches(cell)
            .Select(code => (RobNetOperation)(((code.Value[0] - '0') * 2) + code.Value[1] - '0')).ToArray())];
        int wrong = Array.FindIndex(operations, cell => cell.Length != Connections);
        if (operations.Length < 3 && operations.Length != 1 || wrong >= 0)
        {
            string found = wrong >= 0 ? $"cell {wrong} has {operations[wrong].Length}" : $"there are {operations.Length} cells";
            throw new GdwsException($"the genotype must have one cell for all or at least 3, of {Connections} codes 00, 01, 10 or 11 each; {found}");
        }

        return new RobNetGenotype(operations);
    }

    /// <summary>The genotype of a checkpoint.</summary>
    /// <param name="state">Its parameters, without a common prefix.</param>
    /// <param name="isLarge">Which published genotype it is where the checkpoint doesn't show any.</param>
    /// <param name="given">What the caller says it is, or null.</param>
    /// <exception cref="GdwsException">It can't be told.</exception>
    public static RobNetGenotype Of(StateDict state, bool isLarge, string? given)
    {
        int cells = CountCells(state);
        if (given is not null)
        {
            RobNetGenotype genotype = Parse(given);
            return genotype.Cells.Count == 1 ? new([.. Enumerable.Repeat(genotype.Cells[0], cells == 0 ? LargeCells : cells)]) : genotype;
        }

        if (cells == 0)
            return isLarge ? Large(0) : Free;
        return Published(state, isLarge) ?? Inferred(state, cells);
    }

    /// <summary>Whether a checkpoint has the published genotype of that name.</summary>
    public static bool IsPublished(StateDict state, bool isLarge) => Published(state, isLarge) is not null;

    /// <summary>Whether the cell halves the map: the first of the second and of the third part of the network.</summary>
    public static bool IsReduction(int cell, int cells) => cell == cells / 3 || cell == 2 * cells / 3;

    /// <summary>The number of cells of a checkpoint.</summary>
    public static int CountCells(StateDict state) => ResidualLayout.CountBlocks(state, "cells", "preprocess1.op.1");

    private static RobNetGenotype? Published(StateDict state, bool isLarge)
    {
        int cells = CountCells(state);
        RobNetGenotype genotype = isLarge ? Large(cells) : Free;
        bool fits = genotype.Cells.Count == cells && Enumerable.Range(0, cells * Connections).All(i =>
        {
            RobNetOperation operation = genotype.Cells[i / Connections][i % Connections];
            return Shown(state, i / Connections, i % Connections, cells) is { } shown
                ? operation == shown
                : operation is RobNetOperation.Zero or RobNetOperation.Identity;
        });
        return fits ? genotype : null;
    }

    private static RobNetGenotype Inferred(StateDict state, int cells) => new([.. Enumerable.Range(0, cells).Select(cell =>
        Enumerable.Range(0, Connections).Select(connection => Shown(state, cell, connection, cells) ?? throw new GdwsException(
            $"{state.Source}: cells.{cell}._ops.{connection} has no parameters: it is a zero or an identity, which the file doesn't tell, and the other"
            + " operations are those of no published RobNet; give the genotype (convert --genotype)")).ToArray())]);

    /// <summary>What the parameters show; null where there are none and both zero and identity have none.</summary>
    private static RobNetOperation? Shown(StateDict state, int cell, int connection, int cells)
    {
        string prefix = $"cells.{cell}._ops.{connection}.op";
        if (state.Contains($"{prefix}.conv.op.1.weight"))
            return RobNetOperation.ResidualSeparable;
        if (state.Contains($"{prefix}.op.1.weight"))
            return RobNetOperation.Separable;
        if (state.Contains($"{prefix}.conv_1.weight"))
            return RobNetOperation.Identity;
        return IsReduction(cell, cells) && ReadsInput(connection) ? RobNetOperation.Zero : null;
    }

    /// <summary>Whether a connection comes from one of the cell's two inputs, not from a node of its own.</summary>
    public static bool ReadsInput(int connection)
    {
        int first = 0;
        for (int node = 0; connection - first >= 2 + node; node++)
            first += 2 + node;
        return connection - first < 2;
    }

    [GeneratedRegex(@"(?<![0-9])[01][01](?![0-9])")]
    private static partial Regex Code();
}
