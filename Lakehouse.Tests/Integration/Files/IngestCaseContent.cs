using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>
/// The bytes of a file in an <see cref="IngestCaseFile"/>: its lines, each with a line feed, and what the words after <c>--- file</c> make of them.
/// <list type="bullet">
/// <item><c>escaped</c>: <c>\r \n \t \\ \uNNNN</c> are characters and <c>\xNN</c> is a byte</item>
/// <item><c>repeated</c>: a line <c>@N text</c> stands N times, with <c>{i}</c> counted from 0</item>
/// <item><c>crlf</c>: lines end in CRLF; <c>unended</c>: the last one has no end; <c>empty</c>: there is not a byte</item>
/// <item><c>utf-16le</c>, <c>utf-16be</c>, <c>latin-1</c>, <c>windows-1252</c>: the encoding; <c>bom</c>: with a byte order mark</item>
/// <item><c>gzip</c>: packed; <c>members</c>: each line by itself; <c>twice</c>: packed again; then <c>keep=N</c>: the first N bytes; <c>cut=N</c>: all but
/// the last N; <c>tail=TEXT</c>: with a text after its end</item>
/// <item><c>name=N</c>: its name in a form</item>
/// </list>
/// </summary>
internal static class IngestCaseContent
{
    /// <summary>Makes the bytes.</summary>
    public static (string? Name, byte[] Content) Make(IReadOnlyList<string> lines, IReadOnlyList<string> words)
    {
        var known = words.Select(w => w.Split('=', 2)).ToDictionary(w => w[0], w => w.Length > 1 ? w[1] : string.Empty, StringComparer.Ordinal);
        string? Take(string word) => known.Remove(word, out var value) ? value : null;

        if (Take("repeated") is not null)
        {
            lines = [.. lines.SelectMany(Repeat)];
        }

        var end = Take("crlf") is null ? "\n" : "\r\n";
        var isUnended = Take("unended") is not null;
        var ended = lines.Select((line, i) => isUnended && i == lines.Count - 1 ? line : line + end);
        if (Take("empty") is not null)
        {
            ended = [];
        }

        var encoding = EncodingOf(Take);
        var isEscaped = Take("escaped") is not null;
        var pieces = ended.Select(l => isEscaped ? Unescape(l, encoding) : encoding.GetBytes(l)).ToList();
        if (Take("bom") is not null)
        {
            pieces.Insert(0, encoding.GetPreamble() is { Length: > 0 } mark ? mark : [0xEF, 0xBB, 0xBF]);
        }

        var isInMembers = Take("members") is not null;
        byte[] all = [.. isInMembers ? pieces.SelectMany(Pack) : pieces.SelectMany(p => p)];
        all = Take("gzip") is null || isInMembers ? all : Pack(all);
        all = Take("twice") is null ? all : Pack(all);
        all = Take("keep") is { } kept ? all[..Number(kept)] : all;
        all = Take("cut") is { } cut ? all[..^Number(cut)] : all;
        all = Take("tail") is { } tail ? [.. all, .. Encoding.UTF8.GetBytes(tail)] : all;
        var name = Take("name");
        return known.Count == 0 ? (name, all) : throw new InvalidDataException($"'{known.Keys.First()}' is no word for a file");
    }

    private static Encoding EncodingOf(Func<string, string?> take) =>
        take("utf-16le") is not null ? new UnicodeEncoding(bigEndian: false, byteOrderMark: true)
        : take("utf-16be") is not null ? new UnicodeEncoding(bigEndian: true, byteOrderMark: true)
        : take("latin-1") is not null ? Encoding.Latin1
        : take("windows-1252") is not null ? CodePagesEncodingProvider.Instance.GetEncoding(1252)!
        : new UTF8Encoding(false);

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Repeat(string line)
    {
        if (!line.StartsWith('@'))
        {
            return [line];
        }

        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        return Enumerable.Range(0, Number(line[1..blank]))
            .Select(i => line[(blank + 1)..].Replace("{i}", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    private static byte[] Unescape(string line, Encoding encoding)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < line.Length; i++)
        {
            // A character outside of the basic plane is two units of UTF-16.
            var size = char.IsHighSurrogate(line[i]) ? 2 : 1;
            if (line[i] != '\\')
            {
                bytes.AddRange(encoding.GetBytes(line.Substring(i, size)));
                i += size - 1;
                continue;
            }

            i++;
            if (line[i] == 'x')
            {
                bytes.Add(byte.Parse(line.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 2;
                continue;
            }

            var character = line[i] switch
            {
                'r' => '\r',
                'n' => '\n',
                't' => '\t',
                '\\' => '\\',
                'u' => (char)ushort.Parse(line.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                var other => throw new InvalidDataException($"'\\{other}' is no escape"),
            };
            i += line[i] == 'u' ? 4 : 0;
            bytes.AddRange(encoding.GetBytes([character]));
        }

        return [.. bytes];
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
