namespace Gdws.Execution.Engine.Steps;

/// <summary>Functions of single values, called as ONNX calls them.</summary>
internal enum ActivationKind
{
    LeakyRelu,
    Elu,
    Sigmoid,
    HardSigmoid,
    HardSwish,
    Tanh,
    Exp,
    Sqrt,
}
