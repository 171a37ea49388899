namespace Gdws.Checkpoints.PyTorch;

/// <summary>A tensor of the state dict.</summary>
/// <param name="Name">Its name, parts joined with dots.</param>
/// <param name="Tensor">What the pickle says of it.</param>
internal sealed record NamedTorchTensor(string Name, TorchTensor Tensor);
