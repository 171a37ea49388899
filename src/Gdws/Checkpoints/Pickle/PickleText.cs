using System.Globalization;
using System.Text;

namespace Gdws.Checkpoints.Pickle;

/// <summary>Text as the oldest pickle protocol writes it: escaped, on one line.</summary>
internal static class PickleText
{
    /// <summary>A quoted Python-2 string, e.g. <c>'conv1\x2eweight'</c>.</summary>
    public static string DecodeQuoted(string line, PickleReader reader)
    {
        line = line.TrimEnd('\r');
        if (line.Length < 2 || line[0] is not ('\'' or '"') || line[^1] != line[0])
            throw reader.Invalid("is damaged: expected a quoted string");
        return Decode(line.AsSpan(1, line.Length - 2), onlyUnicodeEscapes: false);
    }

    /// <summary>An unquoted string in which only <c>\u</c> escapes count.</summary>
    public static string DecodeUnicode(string line) => Decode(line, onlyUnicodeEscapes: true);

    private static string Decode(ReadOnlySpan<char> text, bool onlyUnicodeEscapes)
    {
        StringBuilder decoded = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                decoded.Append(text[i]);
                continue;
            }

            char escape = text[i + 1];
            int digits = escape switch { 'u' => 4, 'U' => 8, 'x' when !onlyUnicodeEscapes => 2, _ => 0 };
            if (digits > 0 && i + 2 + digits <= text.Length
                && uint.TryParse(text.Slice(i + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code)
                && code <= char.MaxValue)
            {
                decoded.Append((char)code);
                i += 1 + digits;
            }
            else if (!onlyUnicodeEscapes && "\\'\"nrt".Contains(escape, StringComparison.Ordinal))
            {
                decoded.Append(escape switch { 'n' => '\n', 'r' => '\r', 't' => '\t', _ => escape });
                i++;
            }
            else
            {
                decoded.Append('\\');
            }
        }

        return decoded.ToString();
    }
}
