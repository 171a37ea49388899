using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Torch;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Architectures;

public sealed class RobNetTests
{
    private static readonly string[] _cells =
    [
        "11 10 01 11 10 01 01 10 11 11 10 11 01 10",
        "10 11 01 10 00 11 01 10 10 11 11 01 10 00",
        "01 00 11 11 01 00 00 00 00 10 01 00 11 10",
        "00 10 11 01 10 10 10 11 01 00 11 10 10 01",
        "10 00 00 11 10 10 01 11 00 10 11 01 10 11",
    ];

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void SmallRobNets_ComputeWhatADirectImplementationDoes(int cells)
    {
        string genotype = string.Join("\n", _cells.Take(cells));
        StateDict state = Narrow(genotype);
        OnnxModel model = Architecture.Build("robnetfree", state, new() { Genotype = genotype });
        float[] images = NetworkRun.RandomImages(2 * 3 * 32 * 32);

        (int[] shape, float[] logits) = model.Run(images, 2, 3, 32, 32);
        using TorchNetwork network = new(model);
        using Tensor input = torch.tensor(images).reshape(2, 3, 32, 32);
        using Tensor onTorch = network.Forward(input);
        float[] expected = Direct(state, genotype.Split('\n'), images);

        Assert.Equal([2, 5], shape);
        float scale = expected.Max(MathF.Abs);
        Assert.True(scale > 1e-3, "logits that vanish prove nothing");
        Assert.All(expected, (value, i) => Assert.InRange(logits[i], value - (1e-4f * scale), value + (1e-4f * scale)));
        Assert.All(onTorch.data<float>(), (value, i) => Assert.InRange(value, expected[i] - (1e-4f * scale), expected[i] + (1e-4f * scale)));
    }

    [Fact]
    public void AGenotypeWithoutConnectionsLeftOpen_IsReadOffTheParameters()
    {
        // Zeros and identities both have no parameters, but only where the map keeps its size.
        string genotype = string.Join("/", Enumerable.Repeat("11 01 01 11 11 01 01 11 11 01 01 11 11 11", 3).Select((cell, i) => i == 1 ? $"00 10 {cell[6..]}" : cell));
        StateDict state = Narrow(genotype);

        Assert.Equal("robnetfree", Architecture.Detect(state));
        Assert.Equal(
            Architecture.Build("robnetfree", state, new() { Genotype = genotype }).ToBytes(), Architecture.Build("auto", state).ToBytes());
    }

    [Fact]
    public void AConnectionThatTheFileDoesntTell_IsNamedWithTheWayOut()
    {
        StateDict state = Narrow(string.Join('\n', _cells));

        string message = Assert.Throws<GdwsException>(() => Architecture.Build("auto", state)).Message;

        Assert.StartsWith("robnetfree.pth: cells.0._ops.1 has no parameters: it is a zero or an identity", message, StringComparison.Ordinal);
        Assert.Contains("--genotype", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePublishedGenotype_IsFoundAndAnotherOnesDiffer()
    {
        StateDict free = SyntheticCheckpoint.Narrow("robnetfree", width: 1);
        OnnxModel model = Architecture.Build("auto", free);

        Assert.Equal(20 * RobNetGenotype.Connections, RobNetGenotype.Free.Cells.Sum(cell => cell.Length));
        Assert.Equal([6, 2, 4, 8], (int[])[
            Convolution(model, "stem.0").Outputs, Convolution(model, "cells.0.preprocess1.op.1").Outputs,
            Convolution(model, "cells.6.preprocess1.op.1").Outputs, Convolution(model, "cells.13.preprocess1.op.1").Outputs]);
        Assert.Equal(["cells.13", "cells.6"], model.Convolutions.Where(c => c.Kind == ConvolutionKind.Gdws && c.Stride.Height == 2).Select(c => c.Name.Split("._ops")[0]).Distinct().Order());
        Assert.All(model.Convolutions.Where(c => c.Kind == ConvolutionKind.Gdws), c => Assert.Equal(c.Inputs, c.Kernels));
        Assert.Equal(["cells.14", "cells.7"], model.Convolutions.Where(c => c.Name.EndsWith("preprocess0.conv_2", StringComparison.Ordinal)).Select(c => c.Name.Split(".pre")[0]).Order());
        Assert.Equal([1, 7], model.Run(NetworkRun.RandomImages(3072), 1, 3, 32, 32).Shape);
    }

    [Theory]
    [InlineData("11 10", "cell 0 has 2")]
    [InlineData("", "there are 0 cells")]
    [InlineData("11 10 01 11 10 01 01 10 11 11 10 11 01 10 / 11 10 01 11 10 01 01 10 11 11 10 11 01 10", "there are 2 cells")]
    public void ATextThatIsNoGenotype_IsRefused(string text, string found) =>
        Assert.EndsWith(found, Assert.Throws<GdwsException>(() => RobNetGenotype.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void AGenotypeForANetworkThatHasNone_IsRefused() => Assert.Contains(
        "it is for RobNets",
        Assert.Throws<GdwsException>(() => Architecture.Build("auto", SyntheticCheckpoint.Narrow("resnet18"), new() { Genotype = _cells[0] })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void ImagesOfAnOddSize_AreRefusedWhereTheHalvesDontMeet() => Assert.Contains(
        "doesn't allow images of this size",
        Assert.Throws<GdwsException>(() => Architecture.Build("robnetfree", SyntheticCheckpoint.Narrow("robnetfree", width: 1), new() { ImageSize = 31 })).Message,
        StringComparison.Ordinal);

    private static ConvolutionLayer Convolution(OnnxModel model, string name) => model.Convolutions.Single(c => c.Name == name);

    private static StateDict Narrow(string genotype) => SyntheticCheckpoint.Of(
        "robnetfree", new() { ["stem.0.weight"] = [12, 3, 3, 3], ["classifier.weight"] = [5, 1] }, options: new() { Genotype = genotype });

    /// <summary>The network written down from its description, cell by cell, on TorchSharp.</summary>
    private static float[] Direct(StateDict state, string[] genotype, float[] images)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradients = torch.no_grad();
        int[] reductions = [genotype.Length / 3, 2 * genotype.Length / 3];
        Tensor x = Norm("stem.1", torch.nn.functional.conv2d(torch.tensor(images).reshape(2, 3, 32, 32), Get("stem.0.weight"), padding: [1, 1]));
        Tensor previous = x;
        for (int i = 0; i < genotype.Length; i++)
        {
            string[] codes = genotype[i].Split(' ');
            bool reduces = reductions.Contains(i), reducedBefore = i > 0 && reductions.Contains(i - 1);
            List<Tensor> states = [reducedBefore ? Factorized($"cells.{i}.preprocess0", previous) : Point($"cells.{i}.preprocess0", previous), Point($"cells.{i}.preprocess1", x)];
            int next = 0;
            for (int node = 0; node < 4; node++)
            {
                Tensor? sum = null;
                int inputs = states.Count;
                for (int j = 0; j < inputs; j++)
                {
                    int stride = reduces && j < 2 ? 2 : 1;
                    string name = $"cells.{i}._ops.{next}.op";
                    Tensor h = states[j];
                    Tensor term = codes[next++] switch
                    {
                        "00" => (stride == 1 ? h : h[torch.TensorIndex.Colon, torch.TensorIndex.Colon, torch.TensorIndex.Slice(step: 2), torch.TensorIndex.Slice(step: 2)]) * 0,
                        "01" => Separable(name, h, stride),
                        "10" => stride == 1 ? h : Factorized(name, h),
                        _ => Separable($"{name}.conv", h, stride) + (stride == 1 ? h : Factorized($"{name}.res", h)),
                    };
                    sum = sum is null ? term : sum + term;
                }

                states.Add(sum!);
            }

            (previous, x) = (x, torch.cat([.. states.Skip(2)], 1));
        }

        Tensor logits = torch.nn.functional.linear(x.mean([2, 3]), Get("classifier.weight"), Get("classifier.bias"));
        return [.. logits.data<float>()];

        Tensor Get(string name) => torch.tensor(state[name].ToSingles()).reshape([.. state[name].Shape.Select(d => (long)d)]);

        Tensor Norm(string name, Tensor y) => torch.nn.functional.batch_norm(
            y, Get($"{name}.running_mean"), Get($"{name}.running_var"),
            state.Contains($"{name}.weight") ? Get($"{name}.weight") : null, state.Contains($"{name}.bias") ? Get($"{name}.bias") : null);

        Tensor Point(string name, Tensor y) => Norm($"{name}.op.2", torch.nn.functional.conv2d(y.relu(), Get($"{name}.op.1.weight")));

        Tensor Factorized(string name, Tensor y)
        {
            Tensor active = y.relu();
            Tensor shifted = active[torch.TensorIndex.Colon, torch.TensorIndex.Colon, torch.TensorIndex.Slice(1), torch.TensorIndex.Slice(1)];
            return Norm($"{name}.bn", torch.cat(
                [torch.nn.functional.conv2d(active, Get($"{name}.conv_1.weight"), strides: [2, 2]), torch.nn.functional.conv2d(shifted, Get($"{name}.conv_2.weight"), strides: [2, 2])], 1));
        }

        Tensor Separable(string name, Tensor y, int stride)
        {
            Tensor first = torch.nn.functional.conv2d(y.relu(), Get($"{name}.op.1.weight"), strides: [stride, stride], padding: [1, 1], groups: y.shape[1]);
            first = Norm($"{name}.op.3", torch.nn.functional.conv2d(first, Get($"{name}.op.2.weight"))).relu();
            Tensor second = torch.nn.functional.conv2d(first, Get($"{name}.op.5.weight"), padding: [1, 1], groups: first.shape[1]);
            return Norm($"{name}.op.7", torch.nn.functional.conv2d(second, Get($"{name}.op.6.weight")));
        }
    }
}
