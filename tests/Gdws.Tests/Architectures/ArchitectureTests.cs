using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;

namespace Gdws.Tests.Architectures;

public sealed class ArchitectureTests
{
    public static TheoryData<string> EveryName => [.. Architecture.Names];

    [Theory]
    [MemberData(nameof(EveryName))]
    public void EveryArchitecture_IsRecognisedBuiltAndRun(string name)
    {
        bool imageNet = name.EndsWith("imagenet", StringComparison.Ordinal);
        int size = !imageNet ? 32 : name.StartsWith("vgg", StringComparison.Ordinal) ? 224 : 64;
        StateDict state = SyntheticCheckpoint.Narrow(name);

        string? detected = Architecture.Detect(state);
        OnnxModel model = Architecture.Build("auto", state, new() { ImageSize = size });
        (int[] shape, float[] logits) = model.Run(NetworkRun.RandomImages(2 * 3 * size * size), 2, 3, size, size);

        Assert.Equal(name, detected);
        Assert.Equal([2, 7], shape);
        Assert.All(logits, logit => Assert.True(float.IsFinite(logit)));
        Assert.NotEqual(logits[..7], logits[7..]);
        Assert.Equal(name, model.Metadata("gdws.architecture"));
    }

    [Theory]
    [MemberData(nameof(EveryName))]
    public void ParametersKeepTheirNames_AndLayersAreCalledAfterThem(string name)
    {
        StateDict state = SyntheticCheckpoint.Narrow(name, width: 1);
        OnnxModel model = Architecture.Build(name, state);

        string[] convolutions = [.. state.Where(t => t.Shape.Count == 4).Select(t => t.Name[..^".weight".Length])];
        Assert.Equal(convolutions.Order(), model.Nodes.Where(n => n.Is("Conv")).Select(n => n.Name).Order());
        IEnumerable<string> pointwise = model.Convolutions.Where(c => c.PointwiseNode is not null).Select(c => c.PointwiseNode!.Name);
        Assert.Equal(convolutions.Except(pointwise).Order(), model.Convolutions.Select(c => c.Name).Order());
        Assert.Empty(state.Select(t => t.Name).Except(model.Graph.Initializer.Select(t => t.Name)));
        Assert.All(state, tensor => Assert.Equal(tensor.ToSingles(), model.Constant(tensor.Name)!.ToSingles()));
        Assert.Equal([1, 7], model.Shapes["logits"].Dimensions);
    }

    [Theory]
    [InlineData("preactresnet18", 28)]
    [InlineData("resnet20", 28)]
    [InlineData("kw_small", 28)]
    [InlineData("vgg11", 32)]
    [InlineData("wideresnet_10_2", 32)]
    [InlineData("resnet18_imagenet", 224)]
    public void ImagesOfOneChannel_HaveTheUsualSizeWhereNobodySaysOtherwise(string name, int size)
    {
        OnnxModel model = Architecture.Build("auto", SyntheticCheckpoint.Narrow(name, channels: 1));

        Assert.Equal([1, 1, size, size], model.Shapes["images"].Dimensions);
        Assert.Equal([3, 7], model.Run(NetworkRun.RandomImages(3 * size * size), 3, 1, size, size).Shape);
    }

    [Theory]
    [InlineData("PreActResNet18")]
    [InlineData("preactresnet18")]
    public void NamesAreFoundWhateverTheirCase(string name) =>
        Assert.Equal("preactresnet18", Architecture.Build(name, SyntheticCheckpoint.Narrow("preactresnet18")).Metadata("gdws.architecture"));

    [Fact]
    public void WideResNetsOfOtherSizes_AreBuiltToo()
    {
        StateDict state = SyntheticCheckpoint.Narrow("wideresnet-22-3".Replace('-', '_'));

        Assert.Equal("wideresnet_22_3", Architecture.Detect(state));
        Assert.Equal("wideresnet_22_3", Architecture.Build("wideresnet-22-3", state).Metadata("gdws.architecture"));
    }

    [Fact]
    public void StagesOfUnusualWidths_AreReadOffTheParameters()
    {
        StateDict state = SyntheticCheckpoint.Of("preactresnet18", new()
        {
            ["conv1.weight"] = [3, 3, 3, 3],
            ["layer2.0.conv1.weight"] = [5, 3, 3, 3],
            ["layer4.0.conv1.weight"] = [6, 10, 3, 3],
        });

        OnnxModel model = Architecture.Build("auto", state);

        Assert.Equal([3, 5, 10, 6], Enumerable.Range(1, 4).Select(stage => model.Convolutions.Single(c => c.Name == $"layer{stage}.1.conv2").Outputs));
        Assert.Equal([1, 10], model.Run(NetworkRun.RandomImages(3072), 1, 3, 32, 32).Shape);
    }

    [Fact]
    public void PrefixesThatAllParametersShare_AreDropped()
    {
        StateDict plain = SyntheticCheckpoint.Narrow("preactresnet18_admm");
        StateDict wrapped = new(plain.Select(t => t with { Name = $"module.basic_model.{t.Name}" }), "wrapped.pt");

        Assert.Equal("preactresnet18_admm", Architecture.Detect(wrapped));
        Assert.Equal(Architecture.Build("auto", plain).ToBytes(), Architecture.Build("auto", wrapped).ToBytes());
    }

    [Fact]
    public void UnusedBuffersAndBlocks_AreIgnored()
    {
        StateDict state = SyntheticCheckpoint.Narrow("wideresnet_10_2")
            .With("bn1.num_batches_tracked", new CheckpointTensor("bn1.num_batches_tracked", ElementType.Int64, [], new byte[8]))
            .With("sub_block1.layer.0.conv1.weight", SyntheticCheckpoint.Tensor("sub_block1.layer.0.conv1.weight", [1, 1, 1, 1], [1]));

        OnnxModel model = Architecture.Build("auto", state);

        Assert.Equal("wideresnet_10_2", model.Metadata("gdws.architecture"));
        Assert.DoesNotContain(model.Graph.Initializer, t => t.Name.Contains("sub_block1") || t.Name.Contains("num_batches"));
    }

    [Fact]
    public void ShortcutsOfOptionB_AreConvolutions_WhateverTheLayersAreCalled()
    {
        StateDict state = SyntheticCheckpoint.Of("resnet20", new()
        {
            ["conv_1.weight"] = [4, 3, 3, 3],
            ["fc.weight"] = [7, 16],
            ["stage_2.0.downsample.0.weight"] = [8, 4, 1, 1],
        });

        OnnxModel model = Architecture.Build("auto", state);

        Assert.Equal("resnet20", Architecture.Detect(state));
        Assert.Equal(1, model.Convolutions.Single(c => c.Name == "stage_3.0.downsample.0").KernelHeight);
        Assert.Equal([1, 7], model.Run(NetworkRun.RandomImages(3072), 1, 3, 32, 32).Shape);
    }

    [Fact]
    public void HalfPrecision_IsWidenedExactly()
    {
        StateDict single = SyntheticCheckpoint.Narrow("kw_small");
        StateDict half = new(single.Select(t => t with
        {
            Type = ElementType.Float16,
            Bytes = t.ToSingles().SelectMany(v => BitConverter.GetBytes((Half)v)).ToArray(),
        }), "half.pth");

        OnnxModel model = Architecture.Build("auto", half);

        Assert.All(single, t => Assert.Equal(t.ToSingles().Select(v => (float)(Half)v), model.Constant(t.Name)!.ToSingles()));
    }

    [Fact]
    public void SinglePrecision_IsSharedNotCopied()
    {
        StateDict state = SyntheticCheckpoint.Narrow("kw_small");

        OnnxModel model = Architecture.Build("auto", state);

        Assert.True(model.Constant("0.weight")!.RawData.Memory.Span.Overlaps(state["0.weight"].Bytes.Span));
    }
}
