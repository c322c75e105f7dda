using Lakehouse.Ingest.Internal.Csv.Detection;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Tables;

namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>Reads CSV files: plain records as fast as it goes, and those that are not plain with care.</summary>
/// <param name="reading">What was told.</param>
/// <param name="types">The types that were told.</param>
/// <param name="options">The bounds.</param>
/// <param name="errors">Takes the rows to leave out; null when the first of them ends the ingest.</param>
/// <param name="notes">Receives a sentence for everything that was left out.</param>
internal sealed class CsvReader(ReadOptions reading, ColumnTypes types, IngestOptions options, RowErrors? errors, List<string> notes) : ITableReader
{
    private const int SampleSize = 256 * 1024;

    private CsvScanner? _plain;
    private CsvParts? _parts;
    private CsvCarefulScanner? _careful;
    private long _line;

    public TableColumns? Columns { get; private set; }

    public RecordForm Form { get; private set; } = new((byte)',');

    public FileFormat Format => FileFormat.Csv;

    public char? Delimiter => (char)Form.Delimiter;

    public async Task<bool> ReadAsync(
        UnpackedFile file, IRecordSink sink, Func<Task> afterBlock, long sizeBytesMax, CancellationToken cancellationToken)
    {
        using var block = new TextBlock(file, options.MaxRecordBytes, options.ScanThreads);
        await block.FillAsync(SampleSize, cancellationToken);
        Begin(block, sink);
        await block.ScanAsync(
            Scan,
            () =>
            {
                var error = CsvRecord.TooLarge(0, options.MaxRecordBytes);
                return TextErrors.At([], 0, _line, error.Code, error.Message);
            },
            afterBlock,
            sizeBytesMax,
            cancellationToken);
        return block.IsAtEnd;
    }

    public void End(long rowCount)
    {
        if (rowCount == 0 && !(types.HasDataset(Columns!.Names) || Columns.Declared.All(d => d is not null)))
        {
            throw TextErrors.Whole(
                "csv_no_rows",
                "the file has a header and no rows"
                + (_careful is { HasFooter: true } ? ", for its last line was taken for a total or a remark (footer=keep makes it a row)" : string.Empty)
                + ", so the types of its columns are unknown (curl -d removes the ends of lines, curl --data-binary keeps them)");
        }
    }

    /// <summary>Reads what stands before the records, and finds out how they are written.</summary>
    private void Begin(TextBlock block, IRecordSink sink)
    {
        var mark = block.Data.StartsWith("\uFEFF"u8) ? 3 : 0;
        var text = block.Data[mark..];
        if (text.IsEmpty)
        {
            throw TextErrors.Whole("csv_empty", "the file is empty");
        }

        var start = CsvStart.Read(text, block.IsFinal, reading, options);
        block.Consume(mark + start.Size);
        _line = start.FirstLine;
        notes.AddRange(start.Notes);
        int[]? order = null;
        if (Columns is null)
        {
            // The first file has the columns and the form that all have.
            Form = new RecordForm(start.Dialect.Delimiter);
            types.RequireNames(start.Names);
            var isOfDataset = types.HasDataset(start.Names);
            Columns = new TableColumns(start.Names, [.. start.Names.Select(n => types.Find(n, isOfDataset))], start.Rules);
        }
        else
        {
            Columns.Rules = start.Rules;
            order = MapColumns(start.Names);
        }

        var isPlain = start.Dialect.IsPlain && start.Dialect.Delimiter == Form.Delimiter && order is null && errors is null;
        _plain = isPlain ? new CsvScanner(Form.Delimiter, Columns, options.MaxRecordBytes, sink) : null;
        _parts = isPlain && options.ScanThreads > 1 ? new CsvParts(Form.Delimiter, Columns, options.MaxRecordBytes, sink, options.ScanThreads) : null;
        _careful = new CsvCarefulScanner(start.Dialect, Columns, new CsvTarget(Form.Delimiter, order), options.MaxRecordBytes, errors, sink, notes)
        {
            KeepsFooter = reading.KeepsFooter,
        };
    }

    private int Scan(ReadOnlyMemory<byte> block, bool isFinal)
    {
        var (taken, careful) = (0, _careful!);
        var data = block.Span;
        if (_plain is not null && !careful.IsHolding)
        {
            if (_parts is not null)
            {
                var isAfterBlank = _plain.IsAfterBlank;
                taken = _parts.Scan(block, ref _line, ref isAfterBlank);
                _plain.IsAfterBlank = isAfterBlank;
            }

            taken += _plain.Scan(data[taken..], isFinal, ref _line);
            if (!_plain.IsStopped)
            {
                return taken;
            }

            careful.IsAfterBlank = _plain.IsAfterBlank;
        }

        taken += careful.Scan(data[taken..], isFinal, ref _line);
        if (_plain is not null)
        {
            _plain.IsAfterBlank = careful.IsAfterBlank;
        }

        return taken;
    }

    /// <summary>Finds the columns of the first file in another one: by their names, in any order.</summary>
    /// <returns>For each column its field; null when the order is the same.</returns>
    private int[]? MapColumns(string[] names)
    {
        var columns = Columns!.Names;
        var fields = new Dictionary<string, int>(names.Length, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < names.Length; i++)
        {
            fields[names[i]] = i;
        }

        var order = new int[columns.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = fields.TryGetValue(columns[i], out var field)
                ? field
                : throw Differ($"the first file has a column '{columns[i]}', and this one does not");
        }

        if (names.Length != order.Length)
        {
            throw Differ($"the first file has no column '{names.First(n => !columns.Contains(n, StringComparer.OrdinalIgnoreCase))}'");
        }

        return order.SequenceEqual(Enumerable.Range(0, order.Length)) ? null : order;
    }

    private static Core.Errors.LakehouseException Differ(string what) =>
        TextErrors.Whole("csv_columns_differ", $"{what}. The files of one ingest have the same columns");
}
