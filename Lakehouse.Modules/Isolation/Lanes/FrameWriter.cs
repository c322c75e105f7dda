using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lakehouse.Isolation;

/// <summary>
/// Collects frames, so that several are sent by one system call. Numbers are little-endian; texts and bytes follow their length. Not thread-safe.
/// </summary>
public sealed class FrameWriter
{
    private readonly ArrayBufferWriter<byte> _output = new(512);
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
        var head = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_output.WrittenMemory).Span[(_frameStart + 1)..];
        BinaryPrimitives.WriteInt32LittleEndian(head, length);
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

    /// <summary>Drops what was written.</summary>
    public void Clear() => _output.ResetWrittenCount();
}
