using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Gdws.Onnx;
using Google.Protobuf;

namespace Gdws.Planning;

/// <summary>SHA-256 of what a plan or a sensitivity was made from, so that it can be told whether they belong to a network.</summary>
public static class Fingerprint
{
    /// <summary>Of the bytes that saving the network writes; 64 lower-case hexadecimal digits.</summary>
    /// <param name="network">The network.</param>
    public static string Of(OnnxModel network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using SHA256 hash = SHA256.Create();
        using (CryptoStream stream = new(Stream.Null, hash, CryptoStreamMode.Write))
            network.Proto.WriteTo(stream);
        return Convert.ToHexStringLower(hash.Hash!);
    }

    /// <summary>Of the sensitivity of the layers: name, 0, the number of channels and their values, little-endian.</summary>
    internal static string Of(IEnumerable<NetworkLayer> layers)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] number = new byte[4];
        foreach (NetworkLayer layer in layers.Where(layer => layer.Spectrum is not null))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(layer.Name + '\0'));
            BinaryPrimitives.WriteInt32LittleEndian(number, layer.Sensitivity.Length);
            hash.AppendData(number);
            foreach (float value in layer.Sensitivity.Span)
            {
                BinaryPrimitives.WriteSingleLittleEndian(number, value);
                hash.AppendData(number);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
