using Gdws.Architectures;
using Gdws.Checkpoints;
using Gdws.Onnx;
using Gdws.Tests.Checkpoints.Fixtures;

namespace Gdws.Tests.Architectures;

/// <summary>The files that public code on efficient robust networks writes, with their names, prefixes and leftovers.</summary>
public sealed class PublicCheckpointsTests
{
    private static readonly (string, Action<PickleWriter>)[] _training =
        [("epoch", w => w.Integer(99)), ("arch", w => w.Text("x")), ("best_prec1", w => w.Raw('G').Raw(0x40, 0x4e, 0, 0, 0, 0, 0, 0))];

    [Fact]
    public void RobustAdmm_HasItsNetworkBehindTwoPrefixes() =>
        RequireSame("preactresnet18_admm", state => StateDictFile.Bytes(state, prefix: "module.basic_model."));

    [Fact]
    public void Msd_IsABareStateDictInHalfPrecision() =>
        RequireSame("preactresnet18_admm", state => StateDictFile.Bytes(state, half: true), half: true);

    [Theory]
    [InlineData("vgg16_hydra")]
    [InlineData("wideresnet_28_4")]
    public void Hydra_LiesInTheEntryStateDict(string name) =>
        RequireSame(name, state => StateDictFile.Bytes(state, around: _training));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HydrasWideResNet_BringsABlockThatIsNeverRun(bool legacy) => RequireSame("wideresnet_28_4", state => StateDictFile.Bytes(
        new StateDict(state.Concat(state.Where(t => t.Name.StartsWith("block1.", StringComparison.Ordinal)).Select(t => t with { Name = $"sub_{t.Name}" }))),
        legacy, around: _training));

    [Theory]
    [InlineData("", true)]
    [InlineData("module.", false)]
    public void RobNetFree_HasNormalisationsWithoutScaleAndShift(string prefix, bool legacy) =>
        RequireSame("robnetfree", state => StateDictFile.Bytes(state, legacy, prefix, around: _training));

    private static void RequireSame(string name, Func<StateDict, byte[]> write, bool half = false)
    {
        StateDict state = SyntheticCheckpoint.Narrow(name, width: 1);
        if (half)
            state = new StateDict(state.Select(t => SyntheticCheckpoint.Tensor(t.Name, [.. t.Shape], [.. t.ToSingles().Select(v => (float)(Half)v)])));

        StateDict read = CheckpointBytes.Load(write(state)).State;

        Assert.Equal(name, Architecture.Detect(read));
        OnnxModel model = Architecture.Build("auto", read);
        Assert.Equal(Architecture.Build(name, state).ToBytes(), model.ToBytes());
    }
}
