using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Training;
using Gdws.Data;
using Gdws.Torch.Pruning;

namespace Gdws.Cli.Pruning;

/// <summary>The options that say how a network is pruned.</summary>
internal sealed class PruningChoice
{
    private const string Hydra = "hydra";

    private readonly Option<string> _method = SharedOptions.Choice(
        "--method", Hydra, "How it is found what can go: learnt scores, ADMM, or the smallest weights", Hydra, "admm", "magnitude");

    private readonly Option<Fraction> _ratio = SharedOptions.Share("--ratio", "R", "0.9", "Share of the weights that goes in every layer, e.g. 0.95");
    private readonly Option<string> _structure = SharedOptions.Choice(
        "--structure", "irregular", "What goes as a whole: single weights, columns of the weight's matrix, filters", "irregular", "column", "filter");

    private readonly Option<int?> _searchEpochs = SharedOptions.OptionalWhole(
        "--search-epochs", "N", "hydra, admm: epochs in which it is found what can go (else --epochs)");

    private readonly Option<Fraction?> _searchRate =
        SharedOptions.OptionalNumber("--search-lr", "R", "hydra, admm: largest learning rate of these (else 0.1 for hydra, 0.01 for admm)");

    private readonly Option<int?> _rounds = SharedOptions.OptionalWhole("--rounds", "N", "admm: how often the pruned form is brought up to date (else 5)");

    /// <summary>How it is trained.</summary>
    public TrainingRecipe Training { get; } = new("--loss", "what stays", "0.01", "cosine");

    /// <summary>The options, for the verb to add.</summary>
    public IEnumerable<Option> Options => [_method, _ratio, _structure, _searchEpochs, _searchRate, _rounds, .. Training.Options];

    /// <summary>Refuses options that the method or the loss doesn't have.</summary>
    public void RequireOptionsOfTheMethod(CommandResult result)
    {
        string method = result.GetValue(_method) ?? Hydra;
        Option[] foreign = method switch { "magnitude" => [_searchEpochs, _searchRate, _rounds], Hydra => [_rounds], _ => [] };
        foreach (Option option in foreign.Where(option => result.GetResult(option) is { Implicit: false }))
            result.AddError($"--method {method} has no {option.Name}");
        if (result.GetResult(_ratio) is { Tokens: [Token ratio] } && Fraction.TryParse(ratio.Value, out Fraction share) && share.Value == 0)
            result.AddError("--ratio 0: nothing would go");
        Training.RequireOptionsOfTheMethod(result);
    }

    /// <summary>The options as they were asked for.</summary>
    public PruningOptions ToOptions(ParseResult arguments, DatasetKind data, int seed)
    {
        PruningMethod method = Enum.Parse<PruningMethod>(arguments.GetValue(_method)!, ignoreCase: true);
        Gdws.Torch.Training.TrainingOptions training = Training.ToOptions(arguments, data, seed);
        return new PruningOptions(method, arguments.GetValue(_ratio).Value, training)
        {
            Structure = Enum.Parse<PruningStructure>(arguments.GetValue(_structure)!, ignoreCase: true),
            SearchEpochs = arguments.GetValue(_searchEpochs) ?? training.Epochs,
            SearchRate = arguments.GetValue(_searchRate)?.Value ?? (method == PruningMethod.Admm ? 0.01 : 0.1),
            Rounds = arguments.GetValue(_rounds) ?? 5,
        };
    }
}
