using System.Buffers.Binary;

namespace Lakehouse.Isolation;

/// <summary>
/// Frames in a stream of bytes: the kind (1 byte), the length of the payload (4 bytes, little-endian), the payload. Used by both ends of a lane.
/// </summary>
internal sealed class FrameBuffer(int frameBytesMax)
{
    internal const int HeadBytes = 5;

    private const int FirstSize = 4 * 1024;
    private const int KeptSizeMax = 256 * 1024;

    private byte[] _buffer = new byte[FirstSize];
    private int _start;
    private int _end;

    /// <summary>The space for received bytes, never empty. <see cref="Added"/> is then told how many there were.</summary>
    public Memory<byte> Space
    {
        get
        {
            if (_start == _end)
            {
                (_start, _end) = (0, 0);
            }

            var needed = Math.Max(HeadBytes, NextLength() ?? 0);
            if (_buffer.Length - _start < needed || _end == _buffer.Length)
            {
                var target = _buffer.Length >= needed && _start > 0 ? _buffer : new byte[Math.Max(needed, _buffer.Length * 2)];
                _buffer.AsSpan(_start, _end - _start).CopyTo(target);
                (_buffer, _end, _start) = (target, _end - _start, 0);
            }

            return _buffer.AsMemory(_end);
        }
    }

    /// <summary>Whether a whole frame has arrived.</summary>
    public bool HasFrame => NextLength() is { } length && _end - _start >= length;

    public void Added(int count) => _end += count;

    /// <summary>Takes the next frame, if all of it has arrived.</summary>
    /// <exception cref="WorkerGoneException">It is larger than any frame may be.</exception>
    public bool TryTake(out Frame frame)
    {
        frame = default;
        if (!HasFrame)
        {
            return false;
        }

        var length = NextLength()!.Value;
        frame = new Frame(_buffer[_start], _buffer.AsMemory(_start + HeadBytes, length - HeadBytes));
        _start += length;
        return true;
    }

    /// <summary>Frees a large buffer, if nothing is left in it.</summary>
    public void Trim()
    {
        if (_start == _end && _buffer.Length > KeptSizeMax)
        {
            (_start, _end) = (0, 0);
            _buffer = new byte[FirstSize];
        }
    }

    /// <summary>The length of the next frame, its head included; null until its head has arrived.</summary>
    private int? NextLength()
    {
        if (_end - _start < HeadBytes)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start + 1));
        return length >= 0 && length <= frameBytesMax
            ? length + HeadBytes
            : throw new WorkerGoneException($"a frame claims to have {length} bytes; at most {frameBytesMax} are allowed");
    }
}
