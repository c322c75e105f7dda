using System.Buffers;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Query.Internal.Csv;

/// <summary>Writes texts as fields. An empty text is written in quotes, because an empty field is NULL.</summary>
/// <param name="delimiter">What stands between two fields.</param>
internal sealed class FieldWriter(byte delimiter)
{
    private readonly SearchValues<byte> _special = SearchValues.Create(delimiter, (byte)'"', (byte)'\r', (byte)'\n');

    /// <summary>Writes a text in UTF-8, in quotes where it needs them; quotes in it are doubled.</summary>
    public void Write(ref JsonOutput csv, scoped ReadOnlySpan<byte> utf8)
    {
        if (!utf8.IsEmpty && !utf8.ContainsAny(_special))
        {
            csv.Write(utf8);
            return;
        }

        csv.Write((byte)'"');
        while (utf8.IndexOf((byte)'"') is var quote and >= 0)
        {
            csv.Write(utf8[..(quote + 1)]);
            csv.Write((byte)'"');
            utf8 = utf8[(quote + 1)..];
        }

        csv.Write(utf8);
        csv.Write((byte)'"');
    }
}
