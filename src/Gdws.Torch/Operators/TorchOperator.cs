namespace Gdws.Torch.Operators;

/// <summary>Computes one output of a node. The inputs belong to the caller; the result is a new tensor.</summary>
/// <param name="inputs">One entry an input of the node, null where an optional input is absent.</param>
internal delegate Tensor TorchOperator(Tensor?[] inputs);

/// <summary>Reads a node's attributes and constant inputs once, and returns what then runs.</summary>
/// <param name="node">The node with what is known when the network is built.</param>
internal delegate TorchOperator OperatorBuilder(NodeContext node);
