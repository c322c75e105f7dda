using System.Text;
using Lakehouse.Ingest.Internal.Files;

namespace Lakehouse.Ingest.Internal.Csv.Detection;

/// <summary>The first records of a file, as one dialect reads them.</summary>
internal sealed class CsvSample
{
    private const int RecordsMax = 500;
    private const int PreambleMax = 32;
    private const int FooterMax = CsvFooter.LinesMax;

    private readonly List<(string[] Fields, int Start, int Line)> _records = [];

    private CsvSample()
    {
    }

    /// <summary>The usual count of fields.</summary>
    public int Width { get; private set; }

    /// <summary>Whether all records have the usual count of fields, but for a preamble and a footer.</summary>
    public bool IsConsistent { get; private set; }

    /// <summary>Whether most records have the usual count of fields, but for a preamble and a footer.</summary>
    public bool HasTable { get; private set; }

    /// <summary>The count of records, at the start, that are a preamble: text before the header, with a field or two.</summary>
    public int PreambleCount { get; private set; }

    /// <summary>The count of fields of the first record; 0 when it is malformed.</summary>
    public int FirstWidth => _records.Count == 0 ? 0 : _records[0].Fields.Length;

    /// <summary>The records, without blank lines and comments: fields, offset, line from 0.</summary>
    public IReadOnlyList<(string[] Fields, int Start, int Line)> Records => _records;

    /// <summary>Reads the records of a sample, up to one that is malformed.</summary>
    /// <param name="data">The start of the file.</param>
    /// <param name="dialect">How to read it.</param>
    /// <param name="isWholeFile">Whether the file ends with <paramref name="data"/>.</param>
    public static CsvSample Read(ReadOnlySpan<byte> data, CsvDialect dialect, bool isWholeFile)
    {
        var sample = new CsvSample();
        var record = new CsvRecord(dialect, int.MaxValue);
        var (position, line, isWhole, isAfterBlank) = (0, 0, isWholeFile, false);
        try
        {
            while (position < data.Length && sample._records.Count < RecordsMax)
            {
                var end = record.Read(data, position, isWholeFile);
                if (end < 0)
                {
                    break;
                }

                if (!record.IsComment && !record.IsBlank)
                {
                    if (record.HasTrailing)
                    {
                        record.RemoveTrailing();
                    }

                    var fields = new string[record.Fields.Count];
                    for (var i = 0; i < fields.Length; i++)
                    {
                        fields[i] = Encoding.UTF8.GetString(record[i]);
                    }

                    sample._records.Add((fields, position, line));
                    sample._isAfterBlank.Add(isAfterBlank);
                }

                isAfterBlank = record.IsBlank;
                line += data[position..end].Count((byte)'\n');
                position = end;
            }
        }
        catch (TextFormatException)
        {
            isWhole = false;
        }

        sample.Measure(isWhole && position == data.Length);
        return sample;
    }

    private readonly List<bool> _isAfterBlank = [];

    private void Measure(bool isWholeFile)
    {
        if (_records.Count == 0)
        {
            return;
        }

        Width = _records.GroupBy(r => r.Fields.Length).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).First().Key;
        var (first, last) = (0, _records.Count);
        while (first < PreambleMax && first < _records.Count - 1 && IsOfPreamble(_records[first].Fields))
        {
            first++;
        }

        while (isWholeFile && last > first && _records.Count - last < FooterMax && _records[last - 1].Fields.Length < Width
            && CsvFooter.Is(_records[last - 1].Fields, _isAfterBlank[last - 1]))
        {
            last--;
        }

        // All of a block of short lines below a blank one.
        var block = _isAfterBlank.FindLastIndex(a => a);
        if (isWholeFile && block > first && _records.Count - block <= FooterMax && _records.Skip(block).All(r => r.Fields.Length < Width))
        {
            last = Math.Min(last, block);
        }

        if (first > 0 && (!IsHeader(_records[first].Fields) || !IsTableBelow(first, last)))
        {
            first = 0;
        }

        PreambleCount = first;
        var table = _records.Skip(first).Take(last - first).ToList();
        IsConsistent = table.TrueForAll(r => r.Fields.Length == Width);
        HasTable = table.Count(r => r.Fields.Length == Width) * 3 >= table.Count * 2;
    }

    /// <summary>
    /// Whether there is a sign that what stands above is a preamble, beside its few fields: a blank line below it, several lines, or values below the header
    /// that are no texts. Without one, the first line may as well be a header whose rows have more fields than it names.
    /// </summary>
    private bool IsTableBelow(int header, int end) =>
        header > 1 || _isAfterBlank[header]
        || Enumerable.Range(0, Width).Any(column => _records.Skip(header + 1).Take(end - header - 1)
            .Where(r => r.Fields.Length == Width && r.Fields[column].Trim().Length > 0)
            .Select(r => CsvHeader.LooksLikeData(r.Fields[column].Trim()))
            .DefaultIfEmpty(false).All(d => d));

    /// <summary>A line of a title, or of a name and its value, where the table is wider.</summary>
    private bool IsOfPreamble(string[] fields)
    {
        var filled = fields.Count(f => f.Trim().Length > 0);
        return Width > 1 && (filled <= 1 || (filled == 2 && Width >= 3)) && (fields.Length < Width || fields.Skip(2).All(f => f.Trim().Length == 0));
    }

    private bool IsHeader(string[] fields) =>
        fields.Length == Width
        && fields.All(f => f.Trim().Length > 0 && !CsvHeader.LooksLikeData(f.Trim()))
        && fields.Distinct(StringComparer.OrdinalIgnoreCase).Count() == fields.Length;
}
