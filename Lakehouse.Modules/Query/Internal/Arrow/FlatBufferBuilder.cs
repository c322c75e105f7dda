using System.Buffers.Binary;
using System.Text;

namespace Lakehouse.Query.Internal.Arrow;

/// <summary>
/// Builds a FlatBuffer (flatbuffers.dev, "Internals"), from its end to its start: what is referred to is written before what refers to it. A position is
/// counted in bytes from the end of the buffer. Not thread-safe; can be used again after <see cref="Finish"/> and <see cref="Reset"/>.
/// </summary>
internal sealed class FlatBufferBuilder
{
    private const int OffsetBytes = sizeof(int);

    private byte[] _buffer = new byte[1024];
    private int _start = 1024;
    private int _alignment = 1;
    private int _tableEnd;
    private int[] _fields = [];

    private int Position => _buffer.Length - _start;

    /// <summary>Drops what was built.</summary>
    public void Reset() => (_start, _alignment) = (_buffer.Length, 1);

    /// <summary>Writes a text and returns its position.</summary>
    public int Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Align(OffsetBytes, length + 1);
        Grow(length + 1);
        _buffer[--_start] = 0;
        _start -= length;
        Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_start));
        Put(length);
        return Position;
    }

    /// <summary>Writes a list of positions and returns its own.</summary>
    public int Positions(IReadOnlyList<int> positions)
    {
        Align(OffsetBytes, positions.Count * OffsetBytes);
        for (var i = positions.Count - 1; i >= 0; i--)
        {
            PutReference(positions[i]);
        }

        Put(positions.Count);
        return Position;
    }

    /// <summary>Writes a list of 32-bit numbers and returns its position.</summary>
    public int Numbers(IReadOnlyList<int> numbers)
    {
        Align(OffsetBytes, numbers.Count * sizeof(int));
        for (var i = numbers.Count - 1; i >= 0; i--)
        {
            Put(numbers[i]);
        }

        Put(numbers.Count);
        return Position;
    }

    /// <summary>Writes a list of structs of two 64-bit numbers and returns its position.</summary>
    public int Pairs(IReadOnlyList<(long First, long Second)> pairs)
    {
        Align(OffsetBytes, pairs.Count * 2 * sizeof(long));
        Align(sizeof(long), pairs.Count * 2 * sizeof(long));
        for (var i = pairs.Count - 1; i >= 0; i--)
        {
            Put(pairs[i].Second);
            Put(pairs[i].First);
        }

        Put(pairs.Count);
        return Position;
    }

    /// <summary>Begins a table of this many fields. Nothing but its fields may be written until <see cref="EndTable"/>.</summary>
    public FlatBufferBuilder BeginTable(int fieldCount)
    {
        _fields = new int[fieldCount];
        _tableEnd = Position;
        return this;
    }

    /// <summary>Writes a field of a byte.</summary>
    public FlatBufferBuilder Byte(int field, byte value)
    {
        Align(1);
        Grow(1);
        _buffer[--_start] = value;
        _fields[field] = Position;
        return this;
    }

    /// <summary>Writes a field of a 16-bit number.</summary>
    public FlatBufferBuilder Short(int field, short value)
    {
        Align(sizeof(short));
        Grow(sizeof(short));
        _start -= sizeof(short);
        BinaryPrimitives.WriteInt16LittleEndian(_buffer.AsSpan(_start), value);
        _fields[field] = Position;
        return this;
    }

    /// <summary>Writes a field of a 32-bit number.</summary>
    public FlatBufferBuilder Int(int field, int value)
    {
        Align(sizeof(int));
        Put(value);
        _fields[field] = Position;
        return this;
    }

    /// <summary>Writes a field of a 64-bit number.</summary>
    public FlatBufferBuilder Long(int field, long value)
    {
        Align(sizeof(long));
        Put(value);
        _fields[field] = Position;
        return this;
    }

    /// <summary>Writes a field that refers to a position; nothing for 0, which stands for none.</summary>
    public FlatBufferBuilder Reference(int field, int position)
    {
        if (position != 0)
        {
            Align(OffsetBytes);
            PutReference(position);
            _fields[field] = Position;
        }

        return this;
    }

    /// <summary>Ends the table and returns its position.</summary>
    public int EndTable()
    {
        const int head = 2 * sizeof(ushort);
        Align(OffsetBytes);
        Put(0); // the distance to the table of fields, known below
        var table = Position;
        Grow((_fields.Length * sizeof(ushort)) + head);
        for (var i = _fields.Length - 1; i >= 0; i--)
        {
            PutShort(_fields[i] == 0 ? 0 : table - _fields[i]);
        }

        PutShort(table - _tableEnd);
        PutShort((_fields.Length * sizeof(ushort)) + head);
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_buffer.Length - table), Position - table);
        return table;
    }

    /// <summary>Ends the buffer with a reference to its root and returns it. It is valid until the next call.</summary>
    public ReadOnlySpan<byte> Finish(int root)
    {
        Align(Math.Max(_alignment, OffsetBytes), OffsetBytes);
        PutReference(root);
        return _buffer.AsSpan(_start);
    }

    private void PutReference(int position) => Put(Position - position + OffsetBytes);

    private void Put(int value)
    {
        Grow(sizeof(int));
        _start -= sizeof(int);
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_start), value);
    }

    private void Put(long value)
    {
        Grow(sizeof(long));
        _start -= sizeof(long);
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_start), value);
    }

    private void PutShort(int value)
    {
        _start -= sizeof(ushort);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(_start), (ushort)value);
    }

    /// <summary>Pads, so that after this many more bytes the position is a multiple of the size.</summary>
    private void Align(int size, int bytes = 0)
    {
        _alignment = Math.Max(_alignment, size);
        var padding = -(Position + bytes) & (size - 1);
        Grow(padding);
        _start -= padding;
        _buffer.AsSpan(_start, padding).Clear();
    }

    private void Grow(int count)
    {
        if (_start >= count)
        {
            return;
        }

        var larger = new byte[Math.Max(_buffer.Length * 2, Position + count)];
        var position = Position;
        _buffer.AsSpan(_start).CopyTo(larger.AsSpan(larger.Length - position));
        (_buffer, _start) = (larger, larger.Length - position);
    }
}
