using System.Text;

namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>
/// Splits one record into texts by RFC 4180, with any delimiter. It allocates, so it is used only for a few records: the header, the sample for detecting the
/// delimiter, and records that must be rewritten. <see cref="CsvScanner"/> follows the same rules.
/// </summary>
internal static class CsvRecord
{
    private const byte Quote = (byte)'"';

    /// <summary>Reads the record at the start of <paramref name="data"/>.</summary>
    /// <param name="data">Starts with the first byte of a record.</param>
    /// <param name="delimiter">The delimiter of the fields.</param>
    /// <param name="isFinal">True when the file ends with <paramref name="data"/>.</param>
    /// <param name="fields">Receives the fields.</param>
    /// <returns>The size of the record with its end of line; 0 when it does not end here, or is malformed (the scanner says how).</returns>
    public static int Read(ReadOnlySpan<byte> data, byte delimiter, bool isFinal, List<CsvField> fields)
    {
        fields.Clear();
        var position = 0;
        while (true)
        {
            var end = position < data.Length && data[position] == Quote
                ? ReadQuoted(data, position, fields)
                : ReadPlain(data, position, delimiter, fields);
            if (end < 0 || (end == data.Length && !isFinal))
            {
                return 0;
            }

            if (end == data.Length)
            {
                return end;
            }

            if (data[end] == '\r')
            {
                return end + 1 < data.Length && data[end + 1] == '\n' ? end + 2 : 0;
            }

            if (data[end] == '\n')
            {
                return end + 1;
            }

            if (data[end] != delimiter)
            {
                return 0;
            }

            position = end + 1;
        }
    }

    private static int ReadPlain(ReadOnlySpan<byte> data, int start, byte delimiter, List<CsvField> fields)
    {
        var length = data[start..].IndexOfAny(delimiter, (byte)'\n', (byte)'\r');
        var end = length < 0 ? data.Length : start + length;
        fields.Add(new CsvField(Encoding.UTF8.GetString(data[start..end]), IsQuoted: false));
        return end;
    }

    private static int ReadQuoted(ReadOnlySpan<byte> data, int start, List<CsvField> fields)
    {
        var position = start + 1;
        while (true)
        {
            var length = data[position..].IndexOf(Quote);
            if (length < 0)
            {
                return -1;
            }

            position += length + 1;
            if (position == data.Length || data[position] != Quote)
            {
                var text = Encoding.UTF8.GetString(data[(start + 1)..(position - 1)]);
                fields.Add(new CsvField(text.Replace("\"\"", "\"", StringComparison.Ordinal), IsQuoted: true));
                return position;
            }

            position++;
        }
    }
}
