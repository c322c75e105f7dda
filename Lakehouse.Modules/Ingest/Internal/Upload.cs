using System.Security.Cryptography;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.Ingest.Internal.Csv;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Json;
using Lakehouse.Ingest.Internal.Parquet;
using Lakehouse.Ingest.Internal.Tables;

namespace Lakehouse.Ingest.Internal;

/// <summary>The files of an ingest: each is scanned and spooled while it arrives, and complete segments are converted meanwhile.</summary>
internal sealed class Upload : IAsyncDisposable
{
    private readonly ReadOptions _reading;
    private readonly IngestOptions _options;
    private readonly ConverterEngines _engines;
    private readonly string _folder;
    private readonly IIngestProgress? _progress;
    private readonly IReadOnlyList<string> _sortBy;
    private readonly SegmentSpool _spool;
    private readonly List<string> _notes = [];
    private readonly RowErrors? _errors;
    private readonly ColumnTypes _types;
    private readonly IncrementalHash? _hash;
    private ITableReader? _reader;
    private ParquetSpool? _parquet;
    private string? _format;
    private string? _encoding;
    private string? _compression;
    private long _bytesRead;
    private long _bytesUnpacked;

    private SegmentConverter? _converter;
    private TableSchema? _schema;
    private Dictionary<string, string>? _nested;
    private int _schemaVersion = -1;

    /// <summary>Creates an upload.</summary>
    /// <param name="request">How to read the files.</param>
    /// <param name="dataset">The columns that the dataset has; empty for none.</param>
    /// <param name="options">The settings.</param>
    /// <param name="engines">Convert the segments.</param>
    /// <param name="folder">The scratch folder.</param>
    /// <param name="progress">Is told how far it is; null for nobody.</param>
    public Upload(
        IngestRequest request, IReadOnlyList<DatasetColumn> dataset, IngestOptions options, ConverterEngines engines, string folder,
        IIngestProgress? progress = null)
    {
        _progress = progress;
        var reading = request.Reading;
        (_reading, _types, _options, _engines, _folder) = (reading, new ColumnTypes(reading, dataset, request.IsEvolving), options, engines, folder);
        _hash = request.Key is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _hash?.AppendData(JsonSerializer.SerializeToUtf8Bytes(new { request.Mode, request.IsEvolving, request.Keys, reading }));
        _sortBy = request.SortBy ?? [];
        if (_sortBy.Count > 0)
        {
            _hash?.AppendData(JsonSerializer.SerializeToUtf8Bytes(_sortBy));
        }

        _spool = new SegmentSpool(folder, options.SegmentBytes, Enqueue);
        _errors = reading.SkipErrors ? new RowErrors(reading.MaxErrors ?? options.MaxErrors) : null;
    }

    public long RowCount => _spool.RowCount;

    /// <summary>The field ids that other engines have chosen for the dataset's columns; null for none.</summary>
    public IReadOnlyDictionary<string, int>? FieldIds { get; init; }

    /// <summary>The schema of the records so far. A new object is made only when it changes. The converter's threads read it concurrently.</summary>
    public TableSchema Schema => Volatile.Read(ref _schema)!;

    /// <summary>The columns that the dataset has with these files. Known after <see cref="ConvertAsync"/>.</summary>
    public IReadOnlyList<DatasetColumn> Columns =>
        _nested is null ? Schema.Columns : [.. Schema.Columns.Select(c => c with { Type = _nested[c.Name] })];

    /// <summary>The SHA-256 of the files and of how to read them, lower-case hex; null for a request without a key. Called once, at the end.</summary>
    public string? Digest => _hash is null ? null : Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>The files as they were sent, where they are Parquet; null where they are text.</summary>
    public IReadOnlyList<ParquetFile>? Parquet => _parquet?.Files;

    /// <summary>How Parquet files were read.</summary>
    public FileReading ReadingOf(IReadOnlyList<DatasetColumn> columns) => new(
        FileFormat.Parquet, _bytesRead, null, null, _compression, [.. columns.Select(c => new ColumnDecision(c.Name, c.Type))], [], 0, []);

    /// <summary>How the files were read. Complete after <see cref="ReadAsync"/>.</summary>
    public FileReading Reading
    {
        get
        {
            var columns = _reader!.Columns!;
            string[] types = [.. Schema.Types.Zip(columns.Names, (type, name) => _nested?[name] ?? type)];
            return new FileReading(
                _reader.Format, _bytesRead, _reader.Delimiter, _encoding, _compression, columns.Explain(types, _types.IsTold),
                columns.FindKeptAsText(types) is { Count: > 0 } kept ? [.. _notes, KeptAsText(kept)] : _notes, _errors?.Count ?? 0, _errors?.Listed ?? []);
        }
    }

    /// <summary>Reads the beginning of the first file.</summary>
    /// <returns>The first rows, and whether the beginning was the whole file. Of a Parquet file all is read, and no rows are told.</returns>
    public async Task<(IReadOnlyList<IReadOnlyList<string?>> Rows, bool IsWhole)> PreviewAsync(IngestSource source, CancellationToken cancellationToken)
    {
        var preview = new RecordPreview();
        await using var file = await UnpackedFile.OpenAsync(source, _reading, _options, 0, null, cancellationToken);
        Begin(file);
        if (_parquet is not null)
        {
            await _parquet.AddAsync(file, cancellationToken);
            _bytesRead = file.BytesRead;
            return ([], true);
        }

        var isWhole = await _reader!.ReadAsync(file, preview, () => Task.CompletedTask, _options.PreviewBytes, cancellationToken);
        _bytesRead = file.BytesRead;
        UpdateSchema();
        return (preview.Read(_engines, Schema, _reader.Form, _options.MaxRecordBytes, _folder), isWhole);
    }

    /// <summary>Reads the files to their ends, one after the other. Throws when one is malformed or too large, or has other columns than the first.</summary>
    public async Task ReadAsync(IAsyncEnumerable<IngestSource> sources, CancellationToken cancellationToken)
    {
        var origins = new List<string?>();
        var fileCount = 0;
        await foreach (var source in sources.WithCancellation(cancellationToken))
        {
            try
            {
                fileCount++;
                await ReadFileAsync(source, cancellationToken);
                origins.AddRange(Enumerable.Repeat(source.FileName, _notes.Count - origins.Count));
            }
            catch (LakehouseException error) when (source.FileName is not null)
            {
                throw error.With("file", source.FileName);
            }
        }

        if (_parquet is not null)
        {
            return;
        }

        for (var i = 0; i < origins.Count && fileCount > 1; i++)
        {
            _notes[i] = origins[i] is { } file ? $"{file}: {_notes[i]}" : _notes[i];
        }

        _reader!.End(RowCount);
        UpdateSchema();
        _spool.EndSegment();
        if (RowCount == 0)
        {
            _spool.EndEmpty();
        }
    }

    /// <summary>Waits for the conversion, and converts those segments again whose schema a later value has changed.</summary>
    public async Task<IReadOnlyList<ConvertedSegment>> ConvertAsync(CancellationToken cancellationToken)
    {
        var converted = await ConvertAllAsync(cancellationToken);
        if (Schema.HasNested)
        {
            // Which names the engine puts in quotes where it writes a type is known to the engine alone.
            _nested = SegmentConverter.ReadTypes(_engines, converted[0].Path);
        }

        return converted;
    }

    private async Task<IReadOnlyList<ConvertedSegment>> ConvertAllAsync(CancellationToken cancellationToken)
    {
        var converted = await _converter!.CompleteAsync(cancellationToken);
        var stale = converted.Where(c => !c.Schema.Equals(Schema)).ToList();
        if (stale.Count == 0)
        {
            return converted;
        }

        await using var again = NewConverter();
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
        if (_errors is not null)
        {
            _errors.File = source.FileName;
        }

        // What all files together may have is left.
        var left = _options with { MaxIngestBytes = _options.MaxIngestBytes - _bytesRead };
        await using var file = await UnpackedFile.OpenAsync(source, _reading, left, _bytesUnpacked, _hash, cancellationToken);
        Begin(file);
        if (_parquet is not null)
        {
            await _parquet.AddAsync(file, cancellationToken);
        }
        else
        {
            await _reader!.ReadAsync(
                file,
                _spool,
                () =>
                {
                    _progress?.Read(_bytesRead + file.BytesRead, RowCount);
                    return _converter?.ThrowIfFailedAsync() ?? Task.CompletedTask;
                },
                long.MaxValue,
                cancellationToken);
        }

        _bytesRead += file.BytesRead;
        _bytesUnpacked += file.Compression is null ? 0 : file.BytesUnpacked;
        _progress?.Read(_bytesRead, RowCount);

        // The same bytes in other files are another request.
        _hash?.AppendData(BitConverter.GetBytes(file.BytesRead));
    }

    /// <summary>Takes the format of the first file.</summary>
    private void Begin(UnpackedFile file)
    {
        var name = NameOf(file.Format);
        if (_format is not null)
        {
            if (name != _format)
            {
                throw new LakehouseException(
                    ErrorKind.Unprocessable,
                    "formats_differ",
                    $"The first file is {_format}, and this one is {name}. Nothing was registered; ingest files of one format at once.");
            }

            return;
        }

        (_format, _encoding, _compression) = (name, file.Encoding, file.Compression);
        switch (file.Format)
        {
            case FileFormat.Parquet:
                ToldOptions.RequireParquet(_reading);
                _parquet = new ParquetSpool(_folder);
                break;
            case FileFormat.Csv:
                _reader = new CsvReader(_reading, _types, _options, _errors, _notes);
                break;
            default:
                _reader = new JsonReader(_reading, _types, _options, _errors, _notes);
                break;
        }
    }

    private static string KeptAsText(IReadOnlyList<string> columns) =>
        $"The dataset has {QuotedNames.Of(columns)} as VARCHAR, so what was told of numbers and dates changes nothing there. For other types, drop the "
        + "dataset first, or use another name.";

    private static string NameOf(FileFormat format) => format switch
    {
        FileFormat.Csv => "CSV",
        FileFormat.Parquet => "Parquet",
        _ => "JSON",
    };

    private SegmentConverter NewConverter() => new(_options, _engines, _reader!.Form, _folder, () => Schema, _sortBy, FieldIds, _progress);

    private void Enqueue(SpoolSegment segment)
    {
        UpdateSchema();
        _converter ??= NewConverter();
        _converter.Add(segment);
    }

    private void UpdateSchema()
    {
        var columns = _reader!.Columns!;
        if (_schemaVersion != columns.Version)
        {
            _schemaVersion = columns.Version;
            Volatile.Write(ref _schema, new TableSchema(columns, _types.HasDataset(columns.Names) ? _types.Dataset : null));
        }
    }
}
