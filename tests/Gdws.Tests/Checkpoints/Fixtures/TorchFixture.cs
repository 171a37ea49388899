using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Gdws.Tests.Checkpoints.Fixtures;

/// <summary>A checkpoint to be written in either of PyTorch's formats: an object and the storages that it refers to.</summary>
internal sealed class TorchFixture(bool legacy, bool python2 = false)
{
    private static readonly byte[] s_magic = Convert.FromHexString("80028a0a6cfc9c46f9206aa850192e");
    private readonly SortedDictionary<string, (string Class, long Count, byte[] Bytes)> _storages = new(StringComparer.Ordinal);

    public bool Legacy => legacy;

    public TorchFixture WithStorage<T>(string key, string storageClass, params T[] values) where T : unmanaged
    {
        _storages.Add(key, (storageClass, values.Length, MemoryMarshal.AsBytes<T>(values).ToArray()));
        return this;
    }

    /// <summary>A tensor as PyTorch 0.1 to 0.3 (legacy) or newer (zip) writes it.</summary>
    public Action<PickleWriter> Tensor(string key, long offset, long[] shape, long[] strides, (long Start, long Count)? view = null) => writer =>
    {
        Action<PickleWriter> storage = w => w.Storage(_storages[key].Class, key, _storages[key].Count, legacy, view);
        if (legacy)
        {
            writer.Call("torch._utils", "_rebuild_tensor", storage, w => w.Integer(offset), w => w.Integers(shape), w => w.Integers(strides));
            return;
        }

        writer.Call(
            "torch._utils", "_rebuild_tensor_v2", storage, w => w.Integer(offset), w => w.Integers(shape), w => w.Integers(strides),
            w => w.Raw(0x89), w => w.OrderedDictionary());
    };

    public byte[] Write(Action<PickleWriter> content) => legacy ? WriteLegacy(content) : WriteZip(content).ToArray();

    public byte[] Write(params (string Name, Action<PickleWriter> Tensor)[] stateDict) => Write(w => w.OrderedDictionary(stateDict));

    /// <summary>The zip, without its end, for more entries. A storage for which <paramref name="skip"/> is given is left out.</summary>
    public ZipWriter WriteZip(Action<PickleWriter> content, string? skip = null)
    {
        ZipWriter zip = new ZipWriter().Stored("net/data.pkl", PickleWriter.Of(content, python2)).Stored("net/version", "3\n"u8.ToArray());
        foreach ((string key, (_, _, byte[] bytes)) in _storages.Where(s => s.Key != skip))
            zip.Stored($"net/data/{key}", bytes);
        return zip;
    }

    private byte[] WriteLegacy(Action<PickleWriter> content)
    {
        MemoryStream file = new();
        file.Write(s_magic);
        file.Write(PickleWriter.Of(w => w.Integer(1001)));
        file.Write(PickleWriter.Of(w => w.Dictionary(("protocol_version", v => v.Integer(1001)), ("little_endian", v => v.Raw(0x88))), python2));
        file.Write(PickleWriter.Of(content, python2));
        file.Write(PickleWriter.Of(w => w.List([.. _storages.Keys.Select(k => (Action<PickleWriter>)(v => v.Text(k)))]), python2));
        byte[] count = new byte[8];
        foreach ((_, long length, byte[] bytes) in _storages.Values)
        {
            BinaryPrimitives.WriteInt64LittleEndian(count, length);
            file.Write(count);
            file.Write(bytes);
        }

        return file.ToArray();
    }
}
