using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lakehouse.Isolation;

/// <summary>Collects frames, so that several go out by one call of the system. Numbers are little-endian; texts and bytes stand behind their length. Not thread-safe.</summary>
public sealed class FrameWriter
{
    private const int FirstSize = 512;
    private const int KeptSizeMax = 64 * 1024;

    private readonly Output _output = new();
    private int _frameStart = -1;

    /// <summary>What was written and not sent.</summary>
    public ReadOnlyMemory<byte> Written => _output.WrittenMemory;

    /// <summary>Begins a frame; <see cref="End"/> ends it.</summary>
    public FrameWriter Begin(byte kind)
    {
        _frameStart = _output.WrittenCount;
        _output.GetSpan(FrameBuffer.HeadBytes)[0] = kind;
        _output.Advance(FrameBuffer.HeadBytes);
        return this;
    }

    /// <summary>Ends the frame that was begun.</summary>
    public FrameWriter End()
    {
        var length = _output.WrittenCount - _frameStart - FrameBuffer.HeadBytes;
        BinaryPrimitives.WriteInt32LittleEndian(_output.At(_frameStart + 1), length);
        return this;
    }

    /// <summary>Writes a byte.</summary>
    public FrameWriter Byte(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
        return this;
    }

    /// <summary>Writes a flag.</summary>
    public FrameWriter Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>Writes a number of 32 bits.</summary>
    public FrameWriter Int(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_output.GetSpan(sizeof(int)), value);
        _output.Advance(sizeof(int));
        return this;
    }

    /// <summary>Writes a number of 64 bits.</summary>
    public FrameWriter Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_output.GetSpan(sizeof(long)), value);
        _output.Advance(sizeof(long));
        return this;
    }

    /// <summary>Writes bytes.</summary>
    public FrameWriter Bytes(ReadOnlySpan<byte> value)
    {
        Int(value.Length);
        _output.Write(value);
        return this;
    }

    /// <summary>Writes a text, or null.</summary>
    public FrameWriter Text(string? value)
    {
        if (value is null)
        {
            return Int(-1);
        }

        var length = Encoding.UTF8.GetByteCount(value);
        Int(length);
        Encoding.UTF8.GetBytes(value, _output.GetSpan(length));
        _output.Advance(length);
        return this;
    }

    /// <summary>Forgets what was written.</summary>
    public void Clear() => _output.Clear();

    /// <summary>A buffer of the pool that grows.</summary>
    private sealed class Output : IBufferWriter<byte>
    {
        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);

        public int WrittenCount { get; private set; }

        public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, WrittenCount);

        public Span<byte> At(int position) => _buffer.AsSpan(position);

        public void Advance(int count) => WrittenCount += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            var needed = WrittenCount + Math.Max(sizeHint, 1);
            if (needed > _buffer.Length)
            {
                Use(ArrayPool<byte>.Shared.Rent(Math.Max(needed, _buffer.Length * 2)));
            }

            return _buffer.AsMemory(WrittenCount);
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public void Clear()
        {
            WrittenCount = 0;
            if (_buffer.Length > KeptSizeMax)
            {
                Use(ArrayPool<byte>.Shared.Rent(FirstSize));
            }
        }

        private void Use(byte[] buffer)
        {
            WrittenMemory.Span.CopyTo(buffer);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = buffer;
        }
    }
}
