namespace Gdws.Checkpoints;

/// <summary>How a checkpoint's file is built.</summary>
public enum CheckpointFormat
{
    /// <summary>What <c>torch.save</c> writes since PyTorch 1.6: a zip of a pickle and one entry a storage.</summary>
    PyTorchZip,

    /// <summary>What <c>torch.save</c> wrote from PyTorch 0.1.10 to 1.5: five pickles, then the storages.</summary>
    PyTorchLegacy,

    /// <summary>A JSON header, then the tensors' bytes.</summary>
    SafeTensors,
}
