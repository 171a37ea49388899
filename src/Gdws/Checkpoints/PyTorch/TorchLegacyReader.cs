using System.Globalization;
using System.Numerics;
using Gdws.Checkpoints.Pickle;

namespace Gdws.Checkpoints.PyTorch;

/// <summary>
/// The format of PyTorch 0.1.10 to 1.5: pickles of a magic number, the protocol, the machine's properties, the object and the list of
/// storage keys, one behind the other; then for each key its count and elements.
/// </summary>
internal static class TorchLegacyReader
{
    private const long ProtocolVersion = 1001;
    private static readonly BigInteger s_magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static CheckpointContent Read(Stream stream, string file)
    {
        PickleReader reader = new(stream, file);
        TorchRules rules = new();
        if (Unpickler.Load(reader, rules) is not BigInteger magic || magic != s_magic)
            throw new InvalidFileException(file, "is a Python pickle but not one that torch.save wrote, expected a PyTorch checkpoint");
        if (Unpickler.Load(reader, rules) is not long version || version != ProtocolVersion)
            throw new InvalidFileException(file, $"is of an unknown version of the legacy format, expected {ProtocolVersion}");
        bool bigEndian = Unpickler.Load(reader, rules) is PickleDict machine && machine.TryGet("little_endian", out object? little) && little is false;

        object? root = Unpickler.Load(reader, rules);
        if (Unpickler.Load(reader, rules) is not List<object?> keys)
            throw reader.Invalid("is damaged: expected the list of storages");

        IReadOnlyList<NamedTorchTensor> found = StateDictFinder.Find(root, file);
        LegacyStorages storages = new(stream, reader.Position, bigEndian, keys, rules.Storages, found, file);
        TensorAssembler assembler = new(storages, file, stream.Length);
        return new CheckpointContent([.. found.Select(assembler.Assemble)], StateDictFinder.PlainValues(root));
    }
}
