using Lakehouse.Core.Errors;
using Lakehouse.Core.Text;
using Lakehouse.Ingest.Internal.Csv;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal;

/// <summary>The files of an ingest: each is scanned and spooled while it arrives, and complete segments are converted meanwhile.</summary>
internal sealed class CsvUpload : IAsyncDisposable
{
    private readonly ReadOptions _reading;
    private readonly IngestOptions _options;
    private readonly string _folder;
    private readonly SegmentSpool _spool;
    private readonly List<string> _notes = [];
    private readonly CsvRowErrors? _errors;
    private byte _delimiter;
    private string _encoding = string.Empty;
    private string? _compression;
    private long _bytesRead;

    private CsvColumns? _columns;
    private SegmentConverter? _converter;
    private CsvSchema? _schema;
    private int _schemaVersion = -1;

    public CsvUpload(ReadOptions reading, IngestOptions options, string folder)
    {
        (_reading, _options, _folder) = (reading, options, folder);
        _spool = new SegmentSpool(folder, options.SegmentBytes, Enqueue);
        _errors = reading.SkipErrors ? new CsvRowErrors(reading.MaxErrors ?? options.MaxErrors) : null;
    }

    public long RowCount => _spool.RowCount;

    /// <summary>The schema of the records so far. A new object is made only when it changes. The converter's threads read it concurrently.</summary>
    public CsvSchema Schema => Volatile.Read(ref _schema)!;

    /// <summary>How the files were read. Complete after <see cref="ReadAsync"/>.</summary>
    public FileReading Reading => new(
        _bytesRead,
        (char)_delimiter,
        _encoding,
        _compression,
        _columns!.Explain([.. Schema.Columns.Select(c => c.Type)]),
        _notes,
        _errors?.Count ?? 0,
        _errors?.Listed ?? []);

    /// <summary>Reads the files to their ends, one after the other. Throws when one is not CSV or too large, or has other columns than the first.</summary>
    public async Task ReadAsync(IAsyncEnumerable<IngestSource> sources, CancellationToken cancellationToken)
    {
        await foreach (var source in sources.WithCancellation(cancellationToken))
        {
            try
            {
                await ReadFileAsync(source, cancellationToken);
            }
            catch (LakehouseException error) when (source.FileName is not null)
            {
                throw error.With("file", source.FileName);
            }
        }

        if (RowCount == 0)
        {
            throw CsvErrors.Whole("csv_no_rows", "the file has a header and no rows, so the types of its columns are unknown");
        }

        UpdateSchema();
        _spool.EndSegment();
    }

    /// <summary>Waits for the conversion, and converts those segments again whose schema a later value has changed.</summary>
    public async Task<IReadOnlyList<ConvertedSegment>> ConvertAsync(CancellationToken cancellationToken)
    {
        var converted = await _converter!.CompleteAsync(cancellationToken);
        var stale = converted.Where(c => !c.Schema.Equals(Schema)).ToList();
        if (stale.Count == 0)
        {
            return converted;
        }

        await using var again = new SegmentConverter(_options, _delimiter, _folder, () => Schema);
        foreach (var segment in stale)
        {
            File.Delete(segment.Path);
            again.Add(segment.Segment);
        }

        var mended = await again.CompleteAsync(cancellationToken);
        return [.. converted.Except(stale).Concat(mended).OrderBy(c => c.Segment.Index)];
    }

    public async ValueTask DisposeAsync()
    {
        if (_converter is not null)
        {
            await _converter.DisposeAsync();
        }

        _spool.Dispose();
    }

    private async Task ReadFileAsync(IngestSource source, CancellationToken cancellationToken)
    {
        // What all files together may have is left.
        var left = _options with { MaxIngestBytes = _options.MaxIngestBytes - _bytesRead };
        await using var file = await CsvFile.OpenAsync(source, _reading, left, cancellationToken);
        var start = file.Start;
        _notes.AddRange(start.Notes);
        int[]? order = null;
        if (_columns is null)
        {
            (_delimiter, _encoding, _compression) = (start.Dialect.Delimiter, file.Text.Encoding, file.Text.Compression);
            _columns = new CsvColumns(start.Names, Declare(start.Names), start.Rules);
            UpdateSchema();
            _converter = new SegmentConverter(_options, _delimiter, _folder, () => Schema);
        }
        else
        {
            order = MapColumns(start.Names);
        }

        var isPlain = start.Dialect.IsPlain && start.Dialect.Delimiter == _delimiter && order is null && _errors is null;
        var plain = isPlain ? new CsvScanner(_delimiter, _columns, _options.MaxRecordBytes, _spool) : null;
        var target = new CsvTarget(_delimiter, order);
        var careful = new CsvCarefulScanner(start.Dialect, _columns, target, _options.MaxRecordBytes, _errors, _spool, _notes);
        await file.ScanAsync(plain, careful, _converter!.ThrowIfFailedAsync, long.MaxValue, cancellationToken);
        _bytesRead += file.Text.BytesRead;
    }

    /// <summary>Finds the columns of the first file in another one: by their names, in any order.</summary>
    /// <returns>For each column its field; null when the order is the same.</returns>
    private int[]? MapColumns(string[] names)
    {
        var order = new int[_columns!.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = Array.FindIndex(names, n => n.Equals(_columns.Names[i], StringComparison.OrdinalIgnoreCase));
        }

        var missing = Array.IndexOf(order, -1);
        if (missing >= 0 || names.Length != order.Length)
        {
            var other = missing >= 0 ? null : names.First(n => !_columns.Names.Contains(n, StringComparer.OrdinalIgnoreCase));
            throw CsvErrors.Whole(
                "csv_columns_differ",
                (missing >= 0 ? $"the first file has a column '{_columns.Names[missing]}', and this one does not" : $"the first file has no column '{other}'")
                + ". The files of one ingest have the same columns");
        }

        return order.SequenceEqual(Enumerable.Range(0, order.Length)) ? null : order;
    }

    /// <summary>Finds the columns whose types were told.</summary>
    private DeclaredType?[] Declare(string[] names)
    {
        var declared = new DeclaredType?[names.Length];
        foreach (var (name, type) in _reading.Types)
        {
            var column = Array.FindIndex(names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (column < 0)
            {
                var some = string.Join(", ", names.Take(20));
                throw IngestErrors.Option("types", $"the file has no column '{name}'{NearestName.Hint(name, names)}; it has {some}");
            }

            declared[column] = DeclaredType.Parse("types", name, type);
        }

        return declared;
    }

    private void Enqueue(SpoolSegment segment)
    {
        UpdateSchema();
        _converter!.Add(segment);
    }

    private void UpdateSchema()
    {
        if (_schemaVersion != _columns!.Version)
        {
            _schemaVersion = _columns.Version;
            Volatile.Write(ref _schema, new CsvSchema(_columns));
        }
    }
}
