// A user's program: approximates a network and runs it on all three engines, with nothing but the packages.
using Gdws.Consumer;
using Gdws.Data;
using Gdws.Execution;
using Gdws.Execution.Engine;
using Gdws.Onnx;
using Gdws.OnnxRuntime;
using Gdws.Planning;
using Gdws.Torch;
using Gdws.Torch.Attacks;
using Gdws.Torch.Evaluation;

if (args is ["check", var packages, var version])
    return PackageContents.Check(packages, version);

string samples = args[0], target = args[1];
OnnxModel network = OnnxModel.Load(Path.Combine(samples, "fashion-mnist.onnx"));
GdwsPlan plan = Planner.WithinMacs(Spectra.Of(network), speedup: 1.5, roundTo: Planner.RuntimeBlock);
plan.ApplyTo(network).Save(target);
OnnxModel fast = OnnxModel.Load(target);
Console.WriteLine($"{plan.Layers.Count(layer => layer.IsGdws)} GDWS layers, {plan.MacsBefore:N0} → {plan.MacsAfter:N0} MACs");

IImageDataset images = ImageDataset.Open($"fashion-mnist:{samples}").Take(200);
using IEngineSession onnxRuntime = new OnnxRuntimeEngine().Load(fast, threads: 1);
using InferenceSession managed = InferenceSession.Load(target, threads: 1);
int[] correct = [NaturalAccuracy.Measure(onnxRuntime, images, batch: 50).Correct, NaturalAccuracy.Measure(managed, images, batch: 50).Correct];

using TorchNetwork torchNetwork = new(fast);
EvaluationResult result = new RobustnessEvaluation
{
    Attacks = [new PgdAttack(new ThreatModel(Norm.Linf, 0.1)) { Step = 0.025, Iterations = 5 }],
}.Run(torchNetwork, images.Take(50));
Console.WriteLine($"right of {images.Count}: ONNX Runtime {correct[0]}, managed {correct[1]}; libtorch: {result.Natural.Correct} of 50, {result.Robust[0].Correct} under attack");

bool sound = correct[0] == correct[1] && correct[0] > 140 && result.Robust[0].Correct is > 10 and var robust && robust <= result.Natural.Correct
    && plan.MacsAfter * 3 <= plan.MacsBefore * 2;
Console.WriteLine(sound ? "the packages work" : "the packages don't work: figures are off");
return sound ? 0 : 1;
