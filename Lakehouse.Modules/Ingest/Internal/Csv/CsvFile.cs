using System.Security.Cryptography;
using Lakehouse.Core.Errors;
using Lakehouse.Ingest.Internal.Csv.Detection;
using Lakehouse.Ingest.Internal.Files;

namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>One CSV file of an ingest. It is read once, in blocks, and scanned.</summary>
internal sealed class CsvFile : IAsyncDisposable
{
    private const int BlockSize = 1 << 20;
    private const int SampleSize = 256 * 1024;

    private readonly UnpackedText _text;
    private readonly IngestOptions _options;
    private byte[] _block = GC.AllocateUninitializedArray<byte>(BlockSize);
    private int _filled;
    private bool _isAtEnd;
    private long _line;

    private CsvFile(UnpackedText text, IngestOptions options) => (_text, _options) = (text, options);

    /// <summary>The text.</summary>
    public UnpackedText Text => _text;

    /// <summary>Whether all of it was read.</summary>
    public bool IsAtEnd => _isAtEnd && _filled == 0;

    /// <summary>What its start says.</summary>
    public CsvStart Start { get; private set; } = null!;

    /// <summary>Opens a file and reads its start.</summary>
    /// <exception cref="LakehouseException">As of <see cref="IIngestor.IngestAsync"/>.</exception>
    public static async Task<CsvFile> OpenAsync(
        IngestSource source, ReadOptions reading, IngestOptions options, IncrementalHash? hash, CancellationToken cancellationToken)
    {
        var file = new CsvFile(await UnpackedText.OpenAsync(source, reading, options, hash, cancellationToken), options);
        try
        {
            await file.FillAsync(SampleSize, cancellationToken);
            file.Consume(file.ReadStart(reading));
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Scans the records to the end of the file: plain ones as fast as it goes, and those that are not plain with care.</summary>
    /// <param name="plain">Null when none is.</param>
    /// <param name="careful">The other scanner.</param>
    /// <param name="afterBlock">Called after each block.</param>
    /// <param name="sizeBytesMax">Stops after so many bytes of text.</param>
    /// <param name="cancellationToken">Cancels the scan.</param>
    public async Task ScanAsync(
        CsvScanner? plain, CsvCarefulScanner careful, Func<Task> afterBlock, long sizeBytesMax, CancellationToken cancellationToken)
    {
        while (true)
        {
            int taken;
            try
            {
                taken = Scan(plain, careful);
            }
            catch (LakehouseException) when (_text.Compression is not null)
            {
                // What is unpacked from a damaged file is damaged text, and the end of the file says that it is.
                await _text.CopyToAsync(Stream.Null, cancellationToken);
                throw;
            }

            Consume(taken);
            await afterBlock();
            if (_isAtEnd || _text.BytesUnpacked >= sizeBytesMax)
            {
                return;
            }

            if (taken == 0)
            {
                Grow();
            }

            await FillAsync(_filled + 1, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _text.DisposeAsync();

    private int Scan(CsvScanner? plain, CsvCarefulScanner careful)
    {
        var data = _block.AsSpan(0, _filled);
        var taken = 0;
        if (plain is not null && !careful.IsHolding)
        {
            taken = plain.Scan(data, _isAtEnd, ref _line);
            if (!plain.IsStopped)
            {
                return taken;
            }

            careful.IsAfterBlank = plain.IsAfterBlank;
        }

        taken += careful.Scan(data[taken..], _isAtEnd, ref _line);
        if (plain is not null)
        {
            plain.IsAfterBlank = careful.IsAfterBlank;
        }

        return taken;
    }

    /// <summary>Reads what stands before the records, and finds out how they are written. Returns the count of bytes read.</summary>
    private int ReadStart(ReadOptions reading)
    {
        var mark = _block.AsSpan(0, _filled).StartsWith("\uFEFF"u8) ? 3 : 0;
        var text = _block.AsSpan(mark, _filled - mark);
        if (text.IsEmpty)
        {
            throw CsvErrors.Whole("csv_empty", "the file is empty");
        }

        Start = CsvStart.Read(text, _isAtEnd, reading, _options);
        _line = Start.FirstLine;
        return mark + Start.Size;
    }

    /// <summary>Reads until the block holds <paramref name="wanted"/> bytes, or the body ends.</summary>
    private async Task FillAsync(int wanted, CancellationToken cancellationToken)
    {
        while (_filled < wanted && !_isAtEnd)
        {
            var count = await _text.ReadAsync(_block.AsMemory(_filled), cancellationToken);
            _isAtEnd = count == 0;
            _filled += count;
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
            var error = CsvRecord.TooLarge(0, _options.MaxRecordBytes);
            throw CsvErrors.At([], 0, _line, error.Code, error.Message);
        }

        if (_filled == _block.Length)
        {
            Array.Resize(ref _block, (int)Math.Min(_block.Length * 2L, _options.MaxRecordBytes + (long)BlockSize));
        }
    }
}
