using Gdws.Checkpoints;
using Gdws.Tests.Checkpoints.Fixtures;

namespace Gdws.Tests.Checkpoints.PyTorch;

/// <summary>What holds for both of PyTorch's formats.</summary>
public sealed class TorchCheckpointTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void OfTensorsThatShareAStorage_EachHasItsElements(bool legacy, bool python2)
    {
        TorchFixture fixture = new TorchFixture(legacy, python2).WithStorage("7", "FloatStorage", 0f, 1, 2, 3, 4, 5);

        StateDict state = CheckpointBytes.Load(fixture.Write(
            ("whole", fixture.Tensor("7", 0, [2, 3], [3, 1])),
            ("transposed", fixture.Tensor("7", 0, [3, 2], [1, 3])),
            ("tail", fixture.Tensor("7", 4, [2], [1])),
            ("every_other", fixture.Tensor("7", 1, [3], [2])),
            ("scalar", fixture.Tensor("7", 5, [], [])),
            ("empty", fixture.Tensor("7", 0, [0, 3], [3, 1])),
            ("expanded", fixture.Tensor("7", 2, [2, 2], [0, 1])))).State;

        Assert.Equal(["whole", "transposed", "tail", "every_other", "scalar", "empty", "expanded"], state.Select(t => t.Name));
        Assert.Equal([0, 1, 2, 3, 4, 5], state["whole"].ToSingles());
        Assert.Equal([0, 3, 1, 4, 2, 5], state["transposed"].ToSingles());
        Assert.Equal([4, 5], state["tail"].ToSingles());
        Assert.Equal([1, 3, 5], state["every_other"].ToSingles());
        Assert.Equal([5], state["scalar"].ToSingles());
        Assert.Empty(state["scalar"].Shape);
        Assert.Equal("[0, 3]", state["empty"].ShapeText);
        Assert.Empty(state["empty"].ToSingles());
        Assert.Equal([2, 3, 2, 3], state["expanded"].ToSingles());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OfEveryElementType_TheTypeIsKeptAndTheValuesAreRight(bool legacy)
    {
        TorchFixture fixture = new TorchFixture(legacy)
            .WithStorage("double", "DoubleStorage", 1.5, -2)
            .WithStorage("float", "FloatStorage", 1.5f, -2)
            .WithStorage("half", "HalfStorage", (Half)1.5, (Half)(-2))
            .WithStorage("bfloat16", "BFloat16Storage", (ushort)0x3fc0, (ushort)0xc000)
            .WithStorage("long", "LongStorage", 1L, -2)
            .WithStorage("int", "IntStorage", 1, -2)
            .WithStorage("short", "ShortStorage", (short)1, (short)-2)
            .WithStorage("char", "CharStorage", (sbyte)1, (sbyte)-2)
            .WithStorage("byte", "ByteStorage", (byte)1, (byte)254)
            .WithStorage("bool", "BoolStorage", true, false);
        string[] keys = ["double", "float", "half", "bfloat16", "long", "int", "short", "char", "byte", "bool"];

        StateDict state = CheckpointBytes.Load(
            fixture.Write([.. keys.Select(k => (k, fixture.Tensor(k, 0, [2], [1])))])).State;

        Assert.Equal(
            [
                ElementType.Float64, ElementType.Float32, ElementType.Float16, ElementType.BFloat16, ElementType.Int64, ElementType.Int32,
                ElementType.Int16, ElementType.Int8, ElementType.UInt8, ElementType.Bool,
            ],
            state.Select(t => t.Type));
        Assert.All(state.Take(4), t => Assert.Equal([1.5f, -2], t.ToSingles()));
        Assert.All(state.Skip(4).Take(4), t => Assert.Equal([1, -2], t.ToSingles()));
        Assert.Equal([1, 254], state["byte"].ToSingles());
        Assert.Equal([1, 0], state["bool"].ToSingles());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OfANestedCheckpoint_TheStateDictIsFoundAndThePrefixGoes(bool legacy)
    {
        TorchFixture fixture = new TorchFixture(legacy).WithStorage("0", "FloatStorage", 1f, 2);
        Action<PickleWriter> tensor = fixture.Tensor("0", 0, [2], [1]);

        foreach (string key in new[] { "state_dict", "model_state_dict", "model", "net" })
        {
            Checkpoint checkpoint = CheckpointBytes.Load(fixture.Write(w => w.Dictionary(
                ("epoch", v => v.Integer(3)),
                ("arch", v => v.Text("resnet20")),
                ("optimizer", v => v.Dictionary(("momentum", tensor))),
                (key, v => v.OrderedDictionary(("module.conv.weight", tensor), ("module.conv.bias", tensor))))));

            Assert.Equal(["conv.weight", "conv.bias"], checkpoint.State.Select(t => t.Name));
            Assert.Equal("3", checkpoint.Metadata["epoch"]);
            Assert.Equal("resnet20", checkpoint.Metadata["arch"]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OfDictionariesAndListsOfTensors_NamesAreJoinedWithDots(bool legacy)
    {
        TorchFixture fixture = new TorchFixture(legacy).WithStorage("0", "FloatStorage", 1f, 2);
        Action<PickleWriter> tensor = fixture.Tensor("0", 0, [2], [1]);

        StateDict state = CheckpointBytes.Load(fixture.Write(w => w.Dictionary(
            ("noise_gains", v => v.Dictionary(("module.conv1.weight", tensor))),
            ("layers", v => v.List(tensor, u => u.None(), u => u.Tuple(tensor))),
            ("optimizer", v => v.Dictionary(("momentum", tensor))),
            ("text", v => v.Text("module."))))).State;

        Assert.Equal(["noise_gains.module.conv1.weight", "layers.0", "layers.2.0"], state.Select(t => t.Name));
    }

    [Theory]
    [InlineData(0, new long[] { 7 }, new long[] { 1 }, "shape [7] from element 0 on needs 7 elements of its storage, which has 6")]
    [InlineData(5, new long[] { 2 }, new long[] { 1 }, "needs 7 elements")]
    [InlineData(-1, new long[] { 2 }, new long[] { 1 }, "from element -1 on")]
    [InlineData(long.MaxValue, new long[] { 2 }, new long[] { 1 }, "needs 9,223,372,036,854,775,809 elements")]
    [InlineData(0, new long[] { 2, 3 }, new long[] { 4, 1 }, "needs 7 elements")]
    [InlineData(0, new long[] { 2 }, new long[] { -1 }, "negative stride -1")]
    [InlineData(0, new long[] { 2 }, new long[] { long.MaxValue }, "needs 9,223,372,036,854,775,808 elements")]
    [InlineData(0, new long[] { -2 }, new long[] { 1 }, "impossible shape [-2]")]
    [InlineData(0, new long[] { 1L << 40 }, new long[] { 0 }, "impossible shape [1099511627776]")]
    [InlineData(0, new long[] { 1 << 30, 1 << 30, 1 << 30 }, new long[] { 0, 0, 0 }, "impossible shape")]
    [InlineData(0, new long[] { 1 << 28 }, new long[] { 0 }, "takes 1,073,741,824 bytes, far more than a file of")]
    [InlineData(0, new long[] { 2, 3 }, new long[] { 1 }, "shape [2, 3] has 1 strides")]
    public void OfATensorOutsideItsStorage_TheMessageNamesIt(long offset, long[] shape, long[] strides, string expected)
    {
        foreach (bool legacy in new[] { false, true })
        {
            TorchFixture fixture = new TorchFixture(legacy).WithStorage("0", "FloatStorage", 0f, 1, 2, 3, 4, 5);

            string message = CheckpointBytes.Refusal(fixture.Write(("conv1.weight", fixture.Tensor("0", offset, shape, strides))));

            Assert.StartsWith("tensor conv1.weight: ", message, StringComparison.Ordinal);
            Assert.Contains(expected, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OfASystemCallBesideTheTensors_TheFileIsRefused(bool legacy)
    {
        TorchFixture fixture = new TorchFixture(legacy).WithStorage("0", "FloatStorage", 0f);

        string message = CheckpointBytes.Refusal(fixture.Write(w => w.Dictionary(
            ("state_dict", v => v.Dictionary(("weight", fixture.Tensor("0", 0, [1], [1])))),
            ("extra", v => v.Call("posix", "system", u => u.Text("exit 1"))))));

        Assert.StartsWith("asks to call posix.system, which no checkpoint needs", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OfAFileWithoutTensors_TheMessageSaysSo(bool legacy)
    {
        TorchFixture fixture = new(legacy);

        Assert.StartsWith("holds no tensors", CheckpointBytes.Refusal(fixture.Write(w => w.Dictionary(("epoch", v => v.Integer(1))))), StringComparison.Ordinal);
        Assert.StartsWith("holds no tensors", CheckpointBytes.Refusal(fixture.Write(w => w.None())), StringComparison.Ordinal);
    }

    [Fact]
    public void OfASingleTensor_TheMessageSaysSo()
    {
        TorchFixture fixture = new TorchFixture(legacy: false).WithStorage("0", "FloatStorage", 1f);

        Assert.StartsWith("holds a single tensor", CheckpointBytes.Refusal(fixture.Write(fixture.Tensor("0", 0, [1], [1]))), StringComparison.Ordinal);
    }

    /// <summary>Dictionaries of ten references to the next one: ten levels would be ten thousand million tensors.</summary>
    [Fact]
    public void OfDictionariesThatMultiply_TheWorkEnds()
    {
        TorchFixture fixture = new TorchFixture(legacy: false).WithStorage("0", "FloatStorage", 1f);

        string message = CheckpointBytes.Refusal(fixture.Write(w =>
        {
            fixture.Tensor("0", 0, [1], [1])(w);
            for (byte level = 0; level < 10; level++)
            {
                byte memo = level;
                w.Raw('q').Raw(memo);
                w.List([.. Enumerable.Repeat<Action<PickleWriter>>(v => v.Raw('h').Raw(memo), 10)]);
            }
        }));

        Assert.Contains("more than 200,000 entries", message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfADictionaryThatHoldsItself_TheWorkEnds()
    {
        string message = CheckpointBytes.Refusal(new TorchFixture(legacy: false).Write(
            w => w.Raw('}').Raw('q').Raw(0).Text("model").Raw('h').Raw(0).Raw('s')));

        Assert.Contains("nested more than 32 levels", message, StringComparison.Ordinal);
    }
}
