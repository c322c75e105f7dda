using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>Writes records to scratch files, one for each segment, and reports complete segments.</summary>
internal sealed class SegmentSpool(string folder, long segmentBytes, Action<SpoolSegment> completed) : IRecordSink, IDisposable
{
    private const int BufferSize = 256 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private SafeFileHandle? _file;
    private string _path = string.Empty;
    private int _buffered;
    private long _written;
    private long _rows;
    private int _segments;

    /// <summary>The count of records in all segments so far.</summary>
    public long RowCount { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BufferSize - _buffered)
        {
            Flush();
        }

        if (bytes.Length > BufferSize)
        {
            Append(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    public bool EndRecord(int pendingBytes)
    {
        _rows++;
        RowCount++;
        return _written + _buffered + pendingBytes >= segmentBytes;
    }

    public void EndSegment()
    {
        if (_rows == 0)
        {
            return;
        }

        Flush();
        _file?.Dispose();
        _file = null;
        var segment = new SpoolSegment(_segments++, _path, _rows);
        (_written, _rows) = (0, 0);
        completed(segment);
    }

    /// <summary>Reports a segment without records, for a file that has columns and no rows.</summary>
    public void EndEmpty()
    {
        _path = Path.Combine(folder, $"segment-{_segments}.csv");
        File.WriteAllBytes(_path, []);
        completed(new SpoolSegment(_segments++, _path, 0));
    }

    public void Dispose()
    {
        _file?.Dispose();
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private void Flush()
    {
        Append(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (_file is null)
        {
            _path = Path.Combine(folder, $"segment-{_segments}.csv");
            _file = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        }

        RandomAccess.Write(_file, bytes, _written);
        _written += bytes.Length;
    }
}
