using Gdws.Onnx;

namespace Gdws.Tests.Onnx;

public sealed class FiniteWeightsTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void AWeightThatIsNoNumber_IsRefusedWithItsTensorAndNode(float value)
    {
        OnnxModel model = new TestNetwork(17, 0, 1, 4, 4)
            .Change(m => m.Graph.Initializer.Add(OnnxTensor.Create("w.weight", [1, 1, 1, 3], [1, value, 2])))
            .Node("Conv", "y", ["images", "w.weight"])
            .Build("y");

        InvalidFileException exception = Assert.Throws<InvalidFileException>(() => FiniteWeights.Require(model));
        Assert.Contains($"Conv \"y_node\": its weight w.weight holds {value} at 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnInfinityThatWeighsNothing_Passes()
    {
        OnnxModel model = new TestNetwork(17, 0, 1, 4, 4)
            .Change(m => m.Graph.Initializer.Add(OnnxTensor.Create("mask", [1], [float.NegativeInfinity])))
            .Node("Add", "y", ["images", "mask"])
            .Build("y");

        FiniteWeights.Require(model);
    }
}
