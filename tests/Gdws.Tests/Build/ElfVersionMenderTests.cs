using System.Buffers.Binary;
using System.Text;
using Gdws.Build;

namespace Gdws.Tests.Build;

public sealed class ElfVersionMenderTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Marker = "_ZSt21ios_base_library_initv";
    private const int FlagsOfVersion = Verneed + 16 + 4;
    private const int Verneed = 64;

    [Fact]
    public void WhenTheVersionIsNeededForTheMarkerOnly_OnlyItsFlagChanges()
    {
        byte[] before = Library(Marker);
        byte[] after = [.. before];

        Assert.True(ElfVersionMender.MakeOptional(after, Version, Marker));

        Assert.Equal(2, after[FlagsOfVersion]);
        after[FlagsOfVersion] = 0;
        Assert.Equal(before, after);
    }

    [Fact]
    public void WhenItIsMendedAlready_NothingChanges()
    {
        byte[] file = Library(Marker);
        ElfVersionMender.MakeOptional(file, Version, Marker);
        byte[] mended = [.. file];

        Assert.False(ElfVersionMender.MakeOptional(file, Version, Marker));
        Assert.Equal(mended, file);
    }

    [Fact]
    public void WhenAnotherSymbolHasTheVersion_NothingChanges() =>
        Assert.False(ElfVersionMender.MakeOptional(Library("_ZSt4real"), Version, Marker));

    [Fact]
    public void WhenTheVersionIsntNeeded_NothingChanges() =>
        Assert.False(ElfVersionMender.MakeOptional(Library(Marker), "GLIBCXX_3.4.99", Marker));

    [Fact]
    public void WhenTheFileIsNoElf_NothingChanges()
    {
        Assert.False(ElfVersionMender.MakeOptional("MZ and more"u8.ToArray(), Version, Marker));
        Assert.False(ElfVersionMender.MakeOptional([], Version, Marker));
    }

    [Fact]
    public void WhenTheFileIsTruncatedAnywhere_NothingIsThrown()
    {
        byte[] whole = Library(Marker);
        for (int length = 0; length < whole.Length; length++)
            ElfVersionMender.MakeOptional(whole[..length], Version, Marker);
    }

    [Fact]
    public void WhenOffsetsPointAnywhere_NothingIsThrown()
    {
        byte[] whole = Library(Marker);
        for (int i = 16; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] = 0xff;
            ElfVersionMender.MakeOptional(damaged, Version, Marker);
        }
    }

    [Fact]
    public void TheLibraryBesideTheProgram_IsMended()
    {
        string[] found = Directory.GetFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories);
        Assert.SkipWhen(found.Length == 0, "TorchSharp brings no Linux library here");

        byte[] file = File.ReadAllBytes(found[0]);

        Assert.Contains(Version, Encoding.ASCII.GetString(file), StringComparison.Ordinal);
        Assert.False(ElfVersionMender.MakeOptional(file, Version, Marker));
    }

    /// <summary>
    /// A library that needs libm.so.6 at one version and libstdc++.so.6 at two:
    /// header, verneed (2 + 3 records), versym, dynsym, dynstr, then the section headers.
    /// </summary>
    private static byte[] Library(string symbol)
    {
        string text = "\0libm.so.6\0GLIBC_2.29\0libstdc++.so.6\0GLIBCXX_3.4\0" + Version + "\0" + symbol + "\0other\0";
        uint At(string name) => (uint)text.IndexOf(name + "\0", StringComparison.Ordinal);

        byte[] verneed = new byte[16 * 5];
        WriteNeed(verneed.AsSpan(0), At("libstdc++.so.6"), count: 2, first: 16, next: 48);
        WriteVersion(verneed.AsSpan(16), number: 4, At(Version), next: 16);
        WriteVersion(verneed.AsSpan(32), number: 3, At("GLIBCXX_3.4"), next: 0);
        WriteNeed(verneed.AsSpan(48), At("libm.so.6"), count: 1, first: 16, next: 0);
        WriteVersion(verneed.AsSpan(64), number: 2, At("GLIBC_2.29"), next: 0);

        byte[] versym = [0, 0, 4, 0, 3, 0, 0, 0];
        byte[] dynsym = new byte[24 * 3];
        BinaryPrimitives.WriteUInt32LittleEndian(dynsym.AsSpan(24), At(symbol));
        BinaryPrimitives.WriteUInt32LittleEndian(dynsym.AsSpan(48), At("other"));
        byte[] dynstr = Encoding.ASCII.GetBytes(text);
        if (symbol != Marker)
            Assert.NotEqual(0u, At(symbol));

        (uint Type, byte[] Content, uint Link, uint Info)[] sections =
        [
            (0, [], 0, 0), (0x6ffffffe, verneed, 4, 2), (0x6fffffff, versym[..6], 3, 0), (11, dynsym, 4, 1), (3, dynstr, 0, 0),
        ];

        byte[] header = new byte[64];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(header);
        MemoryStream file = new();
        file.Write(header);
        MemoryStream table = new();
        foreach ((uint type, byte[] content, uint link, uint info) in sections)
        {
            byte[] entry = new byte[64];
            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), type);
            BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(24), (ulong)file.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(32), (ulong)content.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(40), link);
            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(44), info);
            table.Write(entry);
            file.Write(content);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(40), (ulong)file.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(58), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(60), (ushort)sections.Length);
        table.WriteTo(file);
        byte[] bytes = file.ToArray();
        header.CopyTo(bytes, 0);
        return bytes;
    }

    private static void WriteNeed(Span<byte> record, uint file, ushort count, uint first, uint next)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(record, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(record[2..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], file);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], first);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], next);
    }

    private static void WriteVersion(Span<byte> record, ushort number, uint name, uint next)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(record[6..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], name);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], next);
    }
}
