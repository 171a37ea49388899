using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Onnx;

namespace Gdws.Cli.Evaluation;

/// <summary>The options of evaluations that take long: which images, and what is kept of them.</summary>
internal sealed class EvaluationOptions
{
    private readonly Option<int?> _limit = SharedOptions.OptionalWhole("--limit", "N", "Only the first N images");
    private readonly Option<string?> _shard = Shard.Option();
    private readonly Option<string?> _outcomes = new("--outcomes")
    {
        Description = "Write what was found out image by image, after every batch (JSON lines; see merge)",
        HelpName = "FILE.jsonl",
    };

    private readonly Option<bool> _resume = new("--resume") { Description = "Go on where the file of --outcomes ends" };
    private readonly Option<string?> _adversarial = new("--save-adversarial")
    {
        Description = "Save the adversarial images (.npy, or .safetensors with one tensor a threat model)",
        HelpName = "FILE",
    };

    private readonly Option<string?> _robustBench = RobustBenchOption();

    /// <summary>The options, for the verb to add.</summary>
    public IEnumerable<Option> Options => [_limit, _shard, _outcomes, _resume, _adversarial, _robustBench];

    public static Option<string?> RobustBenchOption() => new("--robustbench")
    {
        Description = "Write the results in the fields of a RobustBench entry",
        HelpName = "FILE.json",
    };

    /// <summary>The name of an option that only engine torch has, where one is given; else null.</summary>
    public string? NeedsTorch(CommandResult result) =>
        ((Option[])[_shard, _outcomes, _adversarial, _robustBench]).FirstOrDefault(option => result.GetResult(option) is not null)?.Name;

    /// <summary>Refuses options that don't go together.</summary>
    public void RequireSense(CommandResult result)
    {
        if (result.GetResult(_resume) is not null && result.GetResult(_outcomes) is null)
            result.AddError("--resume needs --outcomes FILE, which says what is already done");
    }

    /// <summary>Prepares an evaluation.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="model">The network.</param>
    /// <param name="data">All images.</param>
    /// <param name="attacks">The attacks.</param>
    /// <param name="seed">Decides everything random.</param>
    /// <param name="device">What computes.</param>
    /// <exception cref="GdwsException">The images or files aren't there, or don't suit the evaluation.</exception>
    public LongRun Prepare(ParseResult arguments, OnnxModel model, IImageDataset data, IReadOnlyList<AttackChoice> attacks, int seed, string device)
    {
        int all = Math.Min(arguments.GetValue(_limit) ?? data.Count, data.Count);
        (int first, int count) = arguments.GetValue(_shard) is { } text ? Shard.Parse(text, Environment.GetEnvironmentVariable).Range(all) : (0, all);
        LongRunPaths paths = new(arguments.GetValue(_outcomes), arguments.GetValue(_resume), arguments.GetValue(_adversarial), arguments.GetValue(_robustBench));
        string?[] written = [paths.Outcomes, paths.Adversarial, paths.RobustBench];
        if (written.All(path => path is null))
            return new LongRun(first, count);

        OutputPath.RequireDistinct([model.Source], [.. written, arguments.GetValue(SharedOptions.Json)]);
        foreach (string path in written.OfType<string>())
            OutputPath.RequireWritable(path);
        if (paths.Adversarial is { } adversarial && (attacks.Count == 0 ? "--save-adversarial needs an --attack" : AdversarialImages.Mistake(adversarial, attacks.Count)) is { } images)
            throw new GdwsException(images);
        if (paths.RobustBench is not null && RobustBenchReport.Mistake(attacks) is { } entry)
            throw new GdwsException(entry);
        return new LongRun(paths, OutcomeHeaders.Of(model, data, new OutcomeRange(first, count, all), attacks, seed, device), data);
    }
}
