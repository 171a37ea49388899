using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Verbs;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;

namespace Gdws.Cli.Approximation;

/// <summary>The options of <c>approximate</c> that belong to <c>--max-drop</c>: the images that judge.</summary>
internal sealed class MaxDropOptions
{
    private readonly BudgetOptions _budget;
    private readonly PerturbationOptions _perturbation;
    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<int?> _limit = SharedOptions.OptionalWhole("--limit", "N", "Only the first N images of --data");

    public MaxDropOptions(BudgetOptions budget, PerturbationOptions perturbation)
    {
        (_budget, _perturbation) = (budget, perturbation);
        _data.Required = false;
        _data.Description = "The test images that --max-drop judges by: cifar10:DIR, svhn:FILE.mat, imagenet:DIR, samples, …";
    }

    /// <summary>The options, for the verb to add.</summary>
    public IReadOnlyList<Option> Options => [_data, _limit];

    /// <summary>Refuses a search without images, and images without a search.</summary>
    public void RequireData(CommandResult result)
    {
        bool hasData = result.GetResult(_data) is { Implicit: false };
        if (_budget.IsMaxDrop(result) && !hasData)
            result.AddError("--max-drop needs the images that accuracy is measured on: give --data KIND:PATH too");
        if (_budget.IsMaxDrop(result))
            return;
        foreach (Option option in Options.Where(option => result.GetResult(option) is { Implicit: false }))
            result.AddError($"{option.Name} belongs to --max-drop");
    }

    /// <summary>The search that the user asked for; null where the budget is another.</summary>
    public MaxDropSearch? Of(VerbContext context, ParseResult arguments, OnnxModel network)
    {
        if (_budget.MaxDrop(arguments) is not { } points)
            return null;
        IImageDataset data = ImageDataset.Open(arguments.GetValue(_data)!, "test");
        if (arguments.GetValue(_limit) is { } limit)
            data = data.Take(limit);
        NetworkSignature signature = NetworkSignature.Of(network);
        data.RequireMatches(signature.Channels, signature.Height, signature.Width, signature.Classes, network.Source);
        if (_perturbation.Idle(arguments) is { } idle)
            context.Warn(idle);
        return new MaxDropSearch(points, data, _perturbation.OfEvaluation(arguments), _perturbation.Device(arguments));
    }
}
