using Lakehouse.Core.Configuration;
using Lakehouse.Core.Errors;
using Lakehouse.Ingest.Internal.Csv;

namespace Lakehouse.Ingest.Internal;

/// <summary>The body of an ingest. It is read once, in blocks, and scanned, spooled and converted.</summary>
internal sealed class CsvUpload : IAsyncDisposable
{
    private const int BlockSize = 1 << 20;
    private const int SampleSize = 256 * 1024;

    private readonly Stream _content;
    private readonly IngestRequest _request;
    private readonly IngestOptions _options;
    private readonly string _folder;
    private readonly SegmentSpool _spool;
    private byte[] _block = new byte[BlockSize];
    private int _filled;
    private bool _isAtEnd;

    private string[] _names = [];
    private ColumnProfile[] _profiles = [];
    private CsvScanner? _scanner;
    private SegmentConverter? _converter;
    private CsvSchema? _schema;
    private int _schemaVersion = -1;

    public CsvUpload(Stream content, IngestRequest request, IngestOptions options, string folder)
    {
        (_content, _request, _options, _folder) = (content, request, options, folder);
        _spool = new SegmentSpool(folder, options.SegmentBytes, Enqueue);
    }

    public long BytesRead { get; private set; }

    public byte Delimiter { get; private set; }

    public long RowCount => _spool.RowCount;

    /// <summary>The schema of the records so far. A new object is made only when it changes. The converter's threads read it concurrently.</summary>
    public CsvSchema Schema => Volatile.Read(ref _schema)!;

    /// <summary>Reads the body to its end. Throws when it is not CSV or too large.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        await FillAsync(SampleSize, cancellationToken);
        Consume(ReadStart());
        while (true)
        {
            var taken = _scanner!.Scan(_block.AsSpan(0, _filled), _isAtEnd);
            Consume(taken);
            await _converter!.ThrowIfFailedAsync();
            if (_isAtEnd)
            {
                break;
            }

            if (taken == 0)
            {
                Grow();
            }

            await FillAsync(_filled + 1, cancellationToken);
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

        await using var again = new SegmentConverter(_options, Delimiter, _folder, () => Schema);
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

    /// <summary>Reads the byte order mark and the header, and finds the delimiter. Returns the count of bytes read.</summary>
    private int ReadStart()
    {
        var data = _block.AsSpan(0, _filled);
        CsvFileStart.RequireCsv(data);
        var mark = data.StartsWith("\uFEFF"u8) ? 3 : 0;
        var text = data[mark..];
        Delimiter = _request.Delimiter is { } chosen ? (byte)chosen : CsvDelimiter.Detect(text, _isAtEnd);
        _names = CsvHeader.Read(text, Delimiter, _isAtEnd, _options.MaxColumns, _request.IsAnyHeaderAllowed, out var header);
        if (header == 0)
        {
            // The start is not a valid record, or the record does not end within it. The scanner throws for an invalid record; otherwise the record is too long
            // for a header.
            new CsvScanner(Delimiter, [], 1, _options.MaxRecordBytes, new NullSink()).Scan(text, isFinal: true);
            throw CsvErrors.Whole("csv_header_too_long", $"the first record does not end within {ByteSize.Format(SampleSize)}");
        }

        CsvErrors.RequireText(text[..header], 1);
        _profiles = new ColumnProfile[_names.Length];
        _scanner = new CsvScanner(Delimiter, _profiles, 1 + text[..header].Count((byte)'\n'), _options.MaxRecordBytes, _spool);
        UpdateSchema();
        _converter = new SegmentConverter(_options, Delimiter, _folder, () => Schema);
        return mark + header;
    }

    private void Enqueue(SpoolSegment segment)
    {
        UpdateSchema();
        _converter!.Add(segment);
    }

    private void UpdateSchema()
    {
        if (_schemaVersion != _scanner!.SchemaVersion)
        {
            _schemaVersion = _scanner.SchemaVersion;
            Volatile.Write(ref _schema, new CsvSchema(_names, _profiles));
        }
    }

    /// <summary>Reads until the block holds <paramref name="wanted"/> bytes, or the body ends.</summary>
    private async Task FillAsync(int wanted, CancellationToken cancellationToken)
    {
        while (_filled < wanted && !_isAtEnd)
        {
            var count = await _content.ReadUploadAsync(_block.AsMemory(_filled), cancellationToken);
            _isAtEnd = count == 0;
            _filled += count;
            BytesRead += count;
            if (BytesRead > _options.MaxIngestBytes)
            {
                throw IngestErrors.TooLarge(_options.MaxIngestBytes);
            }
        }
    }

    private void Consume(int count)
    {
        _block.AsSpan(count, _filled - count).CopyTo(_block);
        _filled -= count;
    }

    /// <summary>Makes the block larger, up to the bound, for a record that does not fit into it.</summary>
    private void Grow()
    {
        if (_filled > _options.MaxRecordBytes)
        {
            var error = CsvScanner.RecordTooLarge(0, _options.MaxRecordBytes);
            throw CsvErrors.At([], 0, _scanner!.Line, error.Code, error.Message);
        }

        if (_filled == _block.Length)
        {
            Array.Resize(ref _block, (int)Math.Min(_block.Length * 2L, _options.MaxRecordBytes + (long)BlockSize));
        }
    }

    private sealed class NullSink : ICsvRecordSink
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
        }

        public bool EndRecord(int pendingBytes) => false;

        public void EndSegment()
        {
        }
    }
}
