using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Tests.Onnx;
using Gdws.Torch.Training;
using TorchSharp;
using static Gdws.Tests.Torch.TorchNetworks;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Training;

public sealed class TrainableNetworkTests
{
    [Fact]
    public void WeightsAreTrained_AndTheNormalisationOfImagesIsnt()
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());

        Assert.Equal(["conv.weight", "bn.weight", "bn.bias", "fc.weight", "fc.bias"], network.Parameters.Select(p => p.Name));
        Assert.Equal(["bn.running_mean", "bn.running_var"], network.Statistics.Keys);
        Assert.Equal(["conv.weight", "fc.weight"], network.Parameters.Where(p => p.Decays).Select(p => p.Name));
        Assert.All(network.Parameters, p => Assert.True(p.Value.requires_grad));
    }

    [Fact]
    public void Gradients_AreThoseOfDifferences()
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization(activation: "Tanh"));
        using Tensor images = torch.tensor(Random(5 * 36, 1, 0)).reshape(5, 1, 6, 6);
        using Tensor labels = torch.tensor((long[])[0, 1, 2, 1, 0]);
        Tensor[] values = [.. network.Parameters.Select(p => p.Value)];
        Tensor[] gradients = [.. torch.autograd.grad([Loss()], values)];
        for (int p = 0; p < values.Length; p++)
        {
            float[] gradient = Values(gradients[p]);
            for (int i = 0; i < gradient.Length; i += Math.Max(1, gradient.Length / 7))
            {
                const float step = 5e-3f;
                double up = Shifted(values[p], i, step), down = Shifted(values[p], i, -step);
                Assert.True(Math.Abs(((up - down) / (2 * step)) - gradient[i]) < 1e-3, $"{network.Parameters[p].Name}[{i}]: {(up - down) / (2 * step)}, {gradient[i]}");
            }
        }

        Tensor Loss() => torch.nn.functional.cross_entropy(network.Forward(images), labels);

        double Shifted(Tensor value, int position, float by)
        {
            using IDisposable noGradients = torch.no_grad();
            value.view(-1)[position].add_(by);
            double loss = Loss().item<float>();
            value.view(-1)[position].add_(-by);
            return loss;
        }
    }

    [Fact]
    public void TrainingNormalisesWithTheBatch_AndMovesTheRunningStatistics()
    {
        OnnxModel model = ToyNetworks.WithBatchNormalization();
        using TrainableNetwork network = new(model);
        float[] pixels = Random(5 * 36, 1, 0);
        using Tensor images = torch.tensor(pixels).reshape(5, 1, 6, 6);
        float[] maps = [];
        float[] normalised = [];
        using (network.Network.Forward(images, (name, value) => maps = name == "conv" ? Values(value) : maps))
        {
        }

        Assert.Equal(new float[4], Values(network.Statistics["bn.running_mean"]));
        using (network.Forward(images))
        {
        }

        float[] scale = [1, 0.9f, 1.1f, 1];
        for (int channel = 0; channel < 4; channel++)
        {
            double[] values = [.. Enumerable.Range(0, 5).SelectMany(n => maps.Skip(((n * 4) + channel) * 16).Take(16)).Select(v => (double)v)];
            double mean = values.Average(), squares = values.Sum(v => (v - mean) * (v - mean));
            Assert.Equal(0.1 * mean, Values(network.Statistics["bn.running_mean"])[channel], 1e-5);
            Assert.Equal(0.9 + (0.1 * squares / (values.Length - 1)), Values(network.Statistics["bn.running_var"])[channel], 1e-5);
        }

        // With the statistics of the whole batch, what the batch normalises is centred.
        using TrainableNetwork fresh = new(model);
        fresh.LearnsStatistics = false;
        using (fresh.Forward(images))
            normalised = Values(fresh.Statistics["bn.running_mean"]);
        Assert.Equal(new float[4], normalised);
    }

    [Fact]
    public void TheTrainedNetwork_ComputesTheSameInAnyEngine()
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());
        using Tensor images = torch.tensor(Random(5 * 36, 1, 0)).reshape(5, 1, 6, 6);
        using (torch.no_grad())
        {
            using Tensor learnt = network.Forward(images);
            foreach (TrainableParameter parameter in network.Parameters)
                parameter.Value.mul_(1.5f);
        }

        using Tensor expected = network.Network.Forward(images);

        Near(Values(expected), Run(network.ToModel(), Values(images), 5), 1e-4);
        Assert.Equal("mean", network.ToModel().Graph.Initializer[0].Name);
        Assert.Equal([0.4f], network.ToModel().Graph.Initializer[0].ToSingles());
    }

    [Fact]
    public void Tensors_AreTheWeightsByTheirNames()
    {
        using TrainableNetwork network = new(ToyNetworks.WithBatchNormalization());

        StateDict tensors = new(network.ToTensors());

        Assert.Equal(7, tensors.Count);
        Assert.Equal([0, 0.1f, -0.1f, 0], tensors["bn.bias"].ToSingles());
        Assert.Equal([3, 64], tensors["fc.weight"].Shape);
    }

    [Fact]
    public void AWeightBehindATransposition_IsTrained()
    {
        OnnxModel model = new TestNetwork(17, 0, 1, 2, 2)
            .Weight("w", 3, 4).With("b", [3], 0, 0, 0)
            .Node("Flatten", "flat", ["images"])
            .Node("Transpose", "wt", ["w"])
            .Node("MatMul", "product", ["flat", "wt"])
            .Node("Add", "logits", ["product", "b"])
            .Build("logits");
        using TrainableNetwork network = new(model);
        using Tensor images = torch.tensor(Random(8, 1, 0)).reshape(2, 1, 2, 2);
        Assert.Equal(["w", "b"], network.Parameters.Select(p => p.Name));

        using Tensor logits = network.Forward(images);
        Tensor gradient = torch.autograd.grad([logits.sum()], [network["w"].Value])[0];
        using (torch.no_grad())
            network["w"].Value.zero_();

        float[] pixels = Values(images);
        Near([.. Enumerable.Range(0, 12).Select(i => pixels[i % 4] + pixels[4 + (i % 4)])], Values(gradient));
        Near(new float[6], Run(network.ToModel(), pixels, 2));
    }

    [Fact]
    public void HalfPrecisionWeights_StayHalf()
    {
        OnnxModel model = new TestNetwork(17, 0, 1, 2, 2)
            .Change(proto => proto.Graph.Initializer.Add(OnnxTensor.CreateHalf("w", [3, 4], Random(12, 3))))
            .Node("Flatten", "flat", ["images"])
            .Node("Gemm", "logits", ["flat", "w"], node => node.With("transB", 1))
            .Build("logits");
        using TrainableNetwork network = new(model);
        using (torch.no_grad())
            network["w"].Value.fill_(0.1f);

        Assert.Equal((int)Gdws.Onnx.Schema.TensorProto.Types.DataType.Float16, network.ToModel().Graph.Initializer[0].DataType);
        Assert.All(network.ToModel().Graph.Initializer[0].ToSingles(), value => Assert.Equal((float)(Half)0.1f, value));
    }

    [Fact]
    public void AFormOfAWeight_IsWhatTheNetworkComputesWithAndWrites()
    {
        using TrainableNetwork network = new(ToyNetworks.Linear());
        using Tensor images = torch.tensor(Random(2 * 36, 1, 0)).reshape(2, 1, 6, 6);
        using Tensor mask = torch.tensor([.. Enumerable.Range(0, 108).Select(i => i % 2 == 0 ? 1f : 0)]).reshape(3, 36);
        network.Express("w", weight => weight * mask);
        network.Refresh();

        using Tensor logits = network.Forward(images);
        float[] gradient = Values(torch.autograd.grad([logits.sum()], [network["w"].Value])[0]);

        Assert.All(Enumerable.Range(0, 54), i => Assert.Equal(0, gradient[(2 * i) + 1]));
        Near(Run(network.ToModel(), Values(images), 2), Values(logits), 1e-5);
        Assert.All(Enumerable.Range(0, 54), i => Assert.Equal(0, network.ToModel().Constant("w")!.ToSingles()[(2 * i) + 1]));
        network.Express("w", null);
        using Tensor whole = network.Forward(images);
        Assert.NotEqual(Values(logits), Values(whole));
    }

    [Fact]
    public void AnAddedParameter_TakesGradientsThroughAForm_AndIsntWritten()
    {
        using TrainableNetwork network = new(ToyNetworks.Linear());
        using Tensor start = torch.ones(3, 36);
        TrainableParameter scores = network.Add("w.scores", start);
        network.Express("w", weight => weight.detach() * scores.Value);
        network["w"].IsTrained = false;
        network.Refresh();
        using Tensor images = torch.tensor(Random(36, 1, 0)).reshape(1, 1, 6, 6);

        Tensor gradient = torch.autograd.grad([network.Forward(images).sum()], [scores.Value])[0];

        Assert.Contains(Values(gradient), value => value != 0);
        Assert.DoesNotContain(network.ToTensors(), tensor => tensor.Name == "w.scores");
        Assert.Throws<GdwsException>(() => network.Add("w.scores", start));
    }

    [Fact]
    public void ANetworkWithoutWeights_IsRefused()
    {
        OnnxModel model = new TestNetwork(17, 0, 1, 2, 2).Node("Flatten", "logits", ["images"]).Build("logits");

        Assert.Contains("no weights to train", Assert.Throws<GdwsException>(() => new TrainableNetwork(model)).Message, StringComparison.Ordinal);
    }
}
