using Gdws.Cli.Sweeps;
using Gdws.Onnx;
using Gdws.Tests.Execution;

namespace Gdws.Tests.Cli.Sweeps;

public sealed class FolderAnswersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AQuestionThatWasAnswered_IsNotComputedAgain()
    {
        object question = new { Network = "abc", Images = 3 };
        Assert.Equal(5, new FolderAnswers(_folder.Root).Get("natural", question, () => 5));

        FolderAnswers later = new(_folder.Root);
        Assert.Equal(5, later.Get<int>("natural", question, () => throw new InvalidOperationException("asked again")));
        Assert.Equal((1, 0), (later.Found, later.Computed));
    }

    [Fact]
    public void AnotherQuestionOfTheSameKind_HasAnAnswerOfItsOwn()
    {
        FolderAnswers answers = new(_folder.Root);
        answers.Get("natural", new { Images = 3 }, () => 5);

        Assert.Equal(6, answers.Get("natural", new { Images = 4 }, () => 6));
        Assert.Equal(7, answers.Get("robust", new { Images = 3 }, () => 7));
        Assert.Equal(5, answers.Get("natural", new { Images = 3 }, () => 8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"question\": 5")]
    [InlineData("{\"question\":\"another\",\"answer\":9}")]
    [InlineData("{\"question\":null,\"answer\":{\"a\":[]}}")]
    [InlineData("[[[[[[[[")]
    public void ADamagedAnswer_CountsAsNone(string damaged)
    {
        new FolderAnswers(_folder.Root).Get("natural", 1, () => 5);
        File.WriteAllText(_folder[Assert.Single(_folder.Files)], damaged);

        Assert.Equal(6, new FolderAnswers(_folder.Root).Get("natural", 1, () => 6));
        Assert.Equal(6, new FolderAnswers(_folder.Root).Get("natural", 1, () => 7));
    }

    [Fact]
    public void ANetworkThatSomethingElseOverwrote_IsMadeAgain()
    {
        OnnxModel made = SmallNetworks.Classifier(0), other = SmallNetworks.Classifier(4);
        new FolderAnswers(_folder.Root).Network("net.onnx", 1, () => made);
        new FolderAnswers(_folder.Root).Network("net.onnx", 1, () => throw new InvalidOperationException("asked again"));
        other.Save(_folder["net.onnx"]);
        int count = 0;

        new FolderAnswers(_folder.Root).Network("net.onnx", 1, () =>
        {
            count++;
            return made;
        });

        Assert.Equal(1, count);
        Assert.Equal(made.Proto, OnnxModel.Load(_folder["net.onnx"]).Proto);
    }
}
