using Gdws.Cli.Comparison;
using Gdws.Cli.Sweeps;

namespace Gdws.Cli.Verbs;

/// <summary>The comparison of the paper on a network of one's own: a sweep with pruned networks in it.</summary>
internal sealed class CompareVerb() : SweepVerb(
    "compare",
    "Compares GDWS with robust pruning (HYDRA, ADMM, magnitude) in accuracy, speed, size and time; goes on where it was interrupted",
    new ComparedPruning(),
    "gdws compare net.onnx --data cifar10:cifar-10-batches-bin --attack pgd --eps 8/255 --attack-limit 500 --loss trades --epochs 20 -o comparison",
    "gdws compare net.onnx --data fashion-mnist:fashion-mnist --limit 1000 --budgets 1.5,2 --ratios 0.9 --methods hydra,magnitude --filter-ratios 0.5 -o comparison")
{
    protected override void Print(VerbContext context, SweepResult result) => ComparisonTable.Print(context, result);
}
