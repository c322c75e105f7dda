using System.Security.Cryptography;
using System.Text.Json;
using Lakehouse.Catalog;
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
    private readonly ConverterEngines _engines;
    private readonly string _folder;
    private readonly SegmentSpool _spool;
    private readonly List<string> _notes = [];
    private readonly CsvRowErrors? _errors;
    private readonly IReadOnlyList<DatasetColumn> _dataset;
    private readonly IncrementalHash? _hash;
    private bool _isOfDataset;
    private byte _delimiter;
    private string _encoding = string.Empty;
    private string? _compression;
    private long _bytesRead;

    private CsvColumns? _columns;
    private SegmentConverter? _converter;
    private CsvSchema? _schema;
    private int _schemaVersion = -1;

    /// <summary>Creates an upload.</summary>
    /// <param name="request">How to read the files.</param>
    /// <param name="dataset">The columns that the dataset has; empty for none.</param>
    /// <param name="options">The settings.</param>
    /// <param name="engines">Convert the segments.</param>
    /// <param name="folder">The scratch folder.</param>
    public CsvUpload(IngestRequest request, IReadOnlyList<DatasetColumn> dataset, IngestOptions options, ConverterEngines engines, string folder)
    {
        var reading = request.Reading;
        (_reading, _dataset, _options, _engines, _folder) = (reading, dataset, options, engines, folder);
        _hash = request.Key is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _hash?.AppendData(JsonSerializer.SerializeToUtf8Bytes(new { request.Mode, reading }));
        _spool = new SegmentSpool(folder, options.SegmentBytes, Enqueue);
        _errors = reading.SkipErrors ? new CsvRowErrors(reading.MaxErrors ?? options.MaxErrors) : null;
    }

    public long RowCount => _spool.RowCount;

    /// <summary>The schema of the records so far. A new object is made only when it changes. The converter's threads read it concurrently.</summary>
    public CsvSchema Schema => Volatile.Read(ref _schema)!;

    /// <summary>The SHA-256 of the files and of how to read them, lower-case hex; null for a request without a key. Called once, at the end.</summary>
    public string? Digest => _hash is null ? null : Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Reads the beginning of the first file.</summary>
    /// <returns>The first rows, and whether the beginning was the whole file.</returns>
    public async Task<(IReadOnlyList<IReadOnlyList<string?>> Rows, bool IsWhole)> PreviewAsync(IngestSource source, CancellationToken cancellationToken)
    {
        var preview = new CsvPreview();
        await using var file = await CsvFile.OpenAsync(source, _reading, _options, null, cancellationToken);
        Begin(file);
        var (plain, careful) = ScannersOf(file, null, preview);
        await file.ScanAsync(plain, careful, () => Task.CompletedTask, _options.PreviewBytes, cancellationToken);
        _bytesRead = file.Text.BytesRead;
        UpdateSchema();
        return (preview.Read(_engines, Schema, _delimiter, _options.MaxRecordBytes, _folder), file.IsAtEnd);
    }

    /// <summary>How the files were read. Complete after <see cref="ReadAsync"/>.</summary>
    public FileReading Reading => new(
        _bytesRead,
        (char)_delimiter,
        _encoding,
        _compression,
        _columns!.Explain(Schema.Types),
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

        await using var again = new SegmentConverter(_options, _engines, _delimiter, _folder, () => Schema);
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
        _hash?.Dispose();
    }

    private async Task ReadFileAsync(IngestSource source, CancellationToken cancellationToken)
    {
        // What all files together may have is left.
        var left = _options with { MaxIngestBytes = _options.MaxIngestBytes - _bytesRead };
        await using var file = await CsvFile.OpenAsync(source, _reading, left, _hash, cancellationToken);
        int[]? order = null;
        if (_columns is null)
        {
            Begin(file);
            _converter = new SegmentConverter(_options, _engines, _delimiter, _folder, () => Schema);
        }
        else
        {
            _notes.AddRange(file.Start.Notes);
            _columns.Rules = file.Start.Rules;
            order = MapColumns(file.Start.Names);
        }

        var (plain, careful) = ScannersOf(file, order, _spool);
        await file.ScanAsync(plain, careful, _converter!.ThrowIfFailedAsync, long.MaxValue, cancellationToken);
        _bytesRead += file.Text.BytesRead;

        // The same bytes in other files are another request.
        _hash?.AppendData(BitConverter.GetBytes(file.Text.BytesRead));
    }

    /// <summary>Takes the columns and the form of the first file.</summary>
    private void Begin(CsvFile file)
    {
        var start = file.Start;
        _notes.AddRange(start.Notes);
        (_delimiter, _encoding, _compression) = (start.Dialect.Delimiter, file.Text.Encoding, file.Text.Compression);
        _isOfDataset = start.Names.Order(StringComparer.OrdinalIgnoreCase)
            .SequenceEqual(_dataset.Select(c => c.Name).Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
        _columns = new CsvColumns(start.Names, Declare(start.Names), start.Rules);
        UpdateSchema();
    }

    private (CsvScanner? Plain, CsvCarefulScanner Careful) ScannersOf(CsvFile file, int[]? order, ICsvRecordSink sink)
    {
        var dialect = file.Start.Dialect;
        var isPlain = dialect.IsPlain && dialect.Delimiter == _delimiter && order is null && _errors is null;
        var target = new CsvTarget(_delimiter, order);
        return (
            isPlain ? new CsvScanner(_delimiter, _columns!, _options.MaxRecordBytes, sink) : null,
            new CsvCarefulScanner(dialect, _columns!, target, _options.MaxRecordBytes, _errors, sink, _notes));
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

        // Types that are not found out are those that somebody has told before.
        foreach (var column in _isOfDataset ? _dataset : [])
        {
            var known = Array.FindIndex(names, n => n.Equals(column.Name, StringComparison.OrdinalIgnoreCase));
            if (declared[known] is null && !CsvSchema.IsFoundOut(column.Type))
            {
                declared[known] = DeclaredType.TryParse(column.Type);
            }
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
            Volatile.Write(ref _schema, new CsvSchema(_columns, _isOfDataset ? _dataset : null));
        }
    }
}
