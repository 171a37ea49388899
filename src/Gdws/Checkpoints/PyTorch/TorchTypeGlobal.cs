using Gdws.Checkpoints.Pickle;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>The name of a storage's class or of an element type.</summary>
/// <param name="Name">E.g. <c>torch.HalfStorage</c> or <c>torch.float16</c>.</param>
/// <param name="Type">What it means.</param>
internal sealed record TorchTypeGlobal(string Name, TorchStorageType Type) : PickleGlobal(Name);
