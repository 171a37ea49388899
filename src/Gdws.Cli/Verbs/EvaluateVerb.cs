using System.CommandLine;
using Gdws.Cli.Output;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Onnx;

namespace Gdws.Cli.Verbs;

/// <summary>Measures natural accuracy.</summary>
internal sealed class EvaluateVerb : Verb
{
    private readonly Argument<string> _network = new("NET") { Description = "A network (.onnx)" };
    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<string> _split = SharedOptions.Choice("--split", "test", "Which images", "test", "train");
    private readonly Option<int?> _limit = SharedOptions.OptionalWhole("--limit", "N", "Only the first N images");
    private readonly Option<int> _batch = SharedOptions.Whole("--batch", "N", 100, 1, "Images a run");
    private readonly Option<string> _engine = SharedOptions.Choice("--engine", Engines.OnnxRuntime, "What runs the network", Engines.Names);
    private readonly Option<int> _seed = SharedOptions.Seed();

    public EvaluateVerb() : base(
        "evaluate",
        "Measures natural accuracy",
        "gdws evaluate net.onnx --data cifar10:cifar-10-batches-bin --limit 1000")
    {
        Add(_network);
        Add(_data);
        Add(_split);
        Add(_limit);
        Add(_batch);
        Add(_engine);
        Add(_seed);
        Add(SharedOptions.Json);
    }

    protected override void Run(VerbContext context, ParseResult arguments)
    {
        string path = arguments.GetRequiredValue(_network);
        OnnxModel model = NetworkFile.Load(path);
        NetworkSignature signature = NetworkSignature.Of(model);
        IImageDataset data = ImageDataset.Open(arguments.GetRequiredValue(_data), arguments.GetValue(_split)!);
        if (arguments.GetValue(_limit) is { } limit)
            data = data.Take(limit);
        data.RequireMatches(signature.Channels, signature.Height, signature.Width, signature.Classes, path);

        using IEngineSession session = Engines.Create(arguments.GetValue(_engine)!).Load(model, Environment.ProcessorCount);
        AccuracyCount natural = context.Track("natural accuracy", data.Count, "images", progress =>
            NaturalAccuracy.Measure(session, data, arguments.GetValue(_batch), progress, context.Cancellation));

        context.Line($"natural accuracy  {Quantity.Accuracy(natural.Correct, natural.Images)}");
        context.WriteJson(() => new
        {
            Network = path,
            Data = data.Name,
            data.Split,
            natural.Images,
            Seed = arguments.GetValue(_seed),
            Device = "cpu",
            context.Seconds,
            Natural = new { natural.Correct, natural.Accuracy, natural.Top5 },
            Robust = Array.Empty<object>(),
        });
    }
}
