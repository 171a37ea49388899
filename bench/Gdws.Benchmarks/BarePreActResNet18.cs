using Gdws.Torch;
using TorchSharp;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Benchmarks;

/// <summary>PreActResNet-18 and l-infinity PGD as one would write them directly on TorchSharp; the weights are those of the graph, by name.</summary>
internal sealed class BarePreActResNet18(IReadOnlyDictionary<string, Tensor> weights, string source)
{
    private readonly IReadOnlyDictionary<string, Tensor> _weights = weights;

    public BarePreActResNet18(TorchNetwork source) : this(source.Constants, source.Source)
    {
    }

    /// <summary>Whether batch normalisation uses the batch's statistics.</summary>
    public bool Trains { get; set; }

    public Tensor Forward(Tensor images)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = functional.conv2d((images - this["normalize.mean"]) / this["normalize.std"], this["conv1.weight"], null, [1, 1], [1, 1]);
        for (int layer = 1; layer <= 4; layer++)
        {
            for (int block = 0; block < 2; block++)
                x = Block(x, $"layer{layer}.{block}.", layer > 1 && block == 0 ? 2 : 1);
        }

        x = functional.relu(Normalise(x, "bn."));
        return functional.linear(x.mean([2, 3]), this["linear.weight"], this["linear.bias"]).MoveToOuterDisposeScope();
    }

    public void Attack(Tensor images, int[] labels, double epsilon, double step, int iterations)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor targets = torch.tensor([.. labels.Select(label => (long)label)]);
        Tensor x = Perturbed(images, targets, epsilon, step, iterations);
        using IDisposable noGradients = torch.no_grad();
        Forward(x);
    }

    public Tensor Perturbed(Tensor images, Tensor targets, double epsilon, double step, int iterations)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor low = (images - epsilon).clamp(0, 1);
        Tensor high = (images + epsilon).clamp(0, 1);
        Tensor x = (images + ((torch.rand_like(images) * 2 * epsilon) - epsilon)).clamp(low, high);
        for (int i = 0; i < iterations; i++)
        {
            using DisposeScope iteration = torch.NewDisposeScope();
            Tensor input = x.detach().requires_grad_();
            Tensor loss = functional.cross_entropy(Forward(input), targets, reduction: Reduction.Sum);
            Tensor gradient = torch.autograd.grad([loss], [input])[0];
            x = x.add(gradient.sign(), step).clamp(low, high).MoveToOuterDisposeScope();
        }

        return x.MoveToOuterDisposeScope();
    }

    private Tensor Block(Tensor x, string name, long stride)
    {
        Tensor first = functional.relu(Normalise(x, name + "bn1."));
        Tensor shortcut = _weights.TryGetValue(name + "shortcut.0.weight", out Tensor? weight)
            ? functional.conv2d(first, weight, null, [stride, stride], [0, 0])
            : x;
        Tensor result = functional.conv2d(first, this[name + "conv1.weight"], null, [stride, stride], [1, 1]);
        result = functional.relu(Normalise(result, name + "bn2."));
        return functional.conv2d(result, this[name + "conv2.weight"], null, [1, 1], [1, 1]) + shortcut;
    }

    private Tensor Normalise(Tensor x, string name) => functional.batch_norm(
        x, this[name + "running_mean"], this[name + "running_var"], this[name + "weight"], this[name + "bias"], training: Trains);

    private Tensor this[string name] => _weights.TryGetValue(name, out Tensor? weight)
        ? weight
        : throw new GdwsException($"{source}: has no tensor {name}; this benchmark needs a PreActResNet-18 made by `gdws convert`");
}
