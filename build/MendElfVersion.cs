#nullable enable
#if !NET // the build compiles this file alone, the tests with the usual usings
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
#endif
using System.Text;

namespace Gdws.Build;

/// <summary>
/// Makes a shared library's need of a symbol version optional, where the only symbol that it takes at that version is a marker.
/// <para>
/// An ELF file lists the symbol versions it needs in a section of type SHT_GNU_verneed: for each library a <c>Verneed</c>
/// record with a chain of <c>Vernaux</c> records, one a version. The loader refuses the file when a version is missing, unless the record
/// carries the flag VER_FLG_WEAK.
/// </para>
/// </summary>
public static class ElfVersionMender
{
    private const uint DynamicSymbols = 11;
    private const uint VersionNeeds = 0x6ffffffe;
    private const uint SymbolVersions = 0x6fffffff;
    private const ushort Weak = 2;
    private const int SymbolSize = 24;

    /// <summary>Sets the flag of <paramref name="version"/> in <paramref name="file"/>.</summary>
    /// <param name="file">The content of the file.</param>
    /// <param name="version">The version, e.g. <c>GLIBCXX_3.4.32</c>.</param>
    /// <param name="marker">The symbol that may be missing at run time.</param>
    /// <returns>
    /// Whether a byte changed: false where the file isn't a 64-bit little-endian ELF file, doesn't need the version, has the flag,
    /// or takes any other symbol at that version.
    /// </returns>
    public static bool MakeOptional(byte[] file, string version, string marker)
    {
        try
        {
            return IsElf64(file) && MakeOptional(new Elf(file), version, marker);
        }
        catch (Exception exception) when (exception is ArgumentException || exception is OverflowException || exception is IndexOutOfRangeException)
        {
            return false; // an offset that points outside: not a file we understand, so it stays as it is
        }
    }

    private static bool IsElf64(byte[] file) =>
        file.Length >= 64 && file[0] == 0x7f && file[1] == 'E' && file[2] == 'L' && file[3] == 'F' && file[4] == 2 && file[5] == 1;

    private static bool MakeOptional(Elf elf, string version, string marker)
    {
        bool changed = false;
        foreach (Section needs in elf.Sections.Where(s => s.Type == VersionNeeds))
        {
            Section names = elf.Sections[needs.Link];
            foreach (int need in Chain(elf, needs.Offset, needs.Information))
            {
                int count = elf.Half(need + 2);
                int first = checked(need + (int)elf.Word(need + 8));
                foreach (int entry in Chain(elf, first, count))
                {
                    ushort flags = elf.Half(entry + 4);
                    if (elf.Text(names, elf.Word(entry + 8)) != version || (flags & Weak) != 0)
                        continue;
                    if (elf.SymbolsAt(elf.Half(entry + 6)).Any(symbol => symbol != marker))
                        continue;

                    elf.File[entry + 4] = (byte)(flags | Weak);
                    changed = true;
                }
            }
        }

        return changed;
    }

    /// <summary>The positions of linked records; both kinds of record hold, 12 bytes on, the distance to the next, 0 at the end.</summary>
    private static IEnumerable<int> Chain(Elf elf, int first, int count)
    {
        int position = first;
        for (int i = 0; i < count; i++)
        {
            yield return position;
            uint next = elf.Word(position + 12);
            if (next == 0)
                yield break;
            position = checked(position + (int)next);
        }
    }

    private readonly struct Section
    {
        public Section(Elf elf, int header)
        {
            Type = elf.Word(header + 4);
            Offset = checked((int)elf.DoubleWord(header + 24));
            Size = checked((int)elf.DoubleWord(header + 32));
            Link = checked((int)elf.Word(header + 40));
            Information = checked((int)elf.Word(header + 44));
        }

        public uint Type { get; }

        public int Offset { get; }

        public int Size { get; }

        public int Link { get; }

        public int Information { get; }
    }

    private sealed class Elf
    {
        public Elf(byte[] file)
        {
            File = file;
            int headers = checked((int)DoubleWord(40));
            int size = Half(58);
            int count = Half(60);
            Sections = Enumerable.Range(0, count).Select(i => new Section(this, checked(headers + (i * size)))).ToArray();
        }

        public byte[] File { get; }

        public Section[] Sections { get; }

        public ushort Half(int offset) => BitConverter.ToUInt16(File, offset);

        public uint Word(int offset) => BitConverter.ToUInt32(File, offset);

        public ulong DoubleWord(int offset) => BitConverter.ToUInt64(File, offset);

        public string Text(Section strings, uint at)
        {
            int start = checked(strings.Offset + (int)at);
            int end = Array.IndexOf(File, (byte)0, start);
            return end < 0 ? "" : Encoding.ASCII.GetString(File, start, end - start);
        }

        /// <summary>The names of the symbols that carry a version's number.</summary>
        public IEnumerable<string> SymbolsAt(ushort number)
        {
            foreach (Section versions in Sections.Where(s => s.Type == SymbolVersions))
            {
                Section symbols = Sections[versions.Link];
                if (symbols.Type != DynamicSymbols)
                    continue;

                Section names = Sections[symbols.Link];
                for (int i = 0; i < versions.Size / 2; i++)
                {
                    if ((Half(versions.Offset + (2 * i)) & 0x7fff) == number)
                        yield return Text(names, Word(checked(symbols.Offset + (i * SymbolSize))));
                }
            }
        }
    }
}

#if !NET
/// <summary>The build task: writes the mended copy of a library; a library that needs no mending is copied as it is.</summary>
public sealed class MendElfVersion : Microsoft.Build.Utilities.Task
{
    [Microsoft.Build.Framework.Required]
    public string Source { get; set; } = "";

    [Microsoft.Build.Framework.Required]
    public string Target { get; set; } = "";

    [Microsoft.Build.Framework.Required]
    public string Version { get; set; } = "";

    [Microsoft.Build.Framework.Required]
    public string Marker { get; set; } = "";

    public override bool Execute()
    {
        try
        {
            byte[] file = File.ReadAllBytes(Source);
            bool mended = ElfVersionMender.MakeOptional(file, Version, Marker);
            Directory.CreateDirectory(Path.GetDirectoryName(Target)!);

            // A new file every time: the old one may be linked into an output folder, or be in use.
            string temporary = Target + "." + Guid.NewGuid().ToString("N");
            File.WriteAllBytes(temporary, file);
            File.Delete(Target);
            File.Move(temporary, Target);
            Log.LogMessage(Microsoft.Build.Framework.MessageImportance.Normal, "{0}: {1} {2}", Target, Version, mended ? "made optional" : "needs no mending");
            return true;
        }
        catch (Exception exception) when (exception is IOException || exception is UnauthorizedAccessException)
        {
            Log.LogError("{0} can't be mended into {1}: {2}", Source, Target, exception.Message);
            return false;
        }
    }
}
#endif
