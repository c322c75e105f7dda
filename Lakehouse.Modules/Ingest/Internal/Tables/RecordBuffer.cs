namespace Lakehouse.Ingest.Internal.Tables;

/// <summary>Keeps records, to hand them on later. What is a part of the text that they were read from is not copied.</summary>
internal sealed class RecordBuffer : IRecordSink
{
    private readonly List<(int Start, int Length, bool IsOwn)> _runs = [];
    private readonly List<int> _ends = []; // of the records, in all runs one after the other
    private ReadOnlyMemory<byte> _text;
    private byte[] _own = [];
    private int _ownFilled;
    private int _length;

    /// <summary>Forgets what it has.</summary>
    /// <param name="text">What the next records are read from. It must not change until they were handed on.</param>
    public void Begin(ReadOnlyMemory<byte> text)
    {
        _text = text;
        _runs.Clear();
        _ends.Clear();
        (_ownFilled, _length) = (0, 0);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_text.Span.Overlaps(bytes, out var start))
        {
            _runs.Add((start, bytes.Length, IsOwn: false));
        }
        else
        {
            if (bytes.Length > _own.Length - _ownFilled)
            {
                Array.Resize(ref _own, Math.Max(_own.Length * 2, _ownFilled + bytes.Length));
            }

            bytes.CopyTo(_own.AsSpan(_ownFilled));
            _runs.Add((_ownFilled, bytes.Length, IsOwn: true));
            _ownFilled += bytes.Length;
        }

        _length += bytes.Length;
    }

    public bool EndRecord(int pendingBytes)
    {
        _ends.Add(_length + pendingBytes);
        return false;
    }

    public void EndSegment()
    {
    }

    /// <summary>Hands its records on, in runs as long as the other one takes them.</summary>
    public void CopyTo(IRecordSink sink)
    {
        var (written, run, used) = (0, 0, 0);
        foreach (var end in _ends)
        {
            if (sink.EndRecord(end - written))
            {
                WriteUpTo(end);
                sink.EndSegment();
            }
        }

        WriteUpTo(_length);

        void WriteUpTo(int end)
        {
            while (written < end)
            {
                var (start, length, isOwn) = _runs[run];
                var count = Math.Min(length - used, end - written);
                sink.Write((isOwn ? _own : _text.Span).Slice(start + used, count));
                (written, used) = (written + count, used + count);
                if (used == length)
                {
                    (run, used) = (run + 1, 0);
                }
            }
        }
    }
}
