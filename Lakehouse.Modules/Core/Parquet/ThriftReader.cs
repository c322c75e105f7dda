using System.Text;

namespace Lakehouse.Core.Parquet;

/// <summary>Reads Thrift's compact protocol, in which Parquet files describe themselves. What is malformed throws <see cref="InvalidDataException"/>.</summary>
/// <param name="data">The bytes.</param>
public ref struct ThriftReader(ReadOnlySpan<byte> data)
{
    private const int True = 1;
    private const int False = 2;
    private const int Byte8 = 3;
    private const int Int16 = 4;
    private const int Int32 = 5;
    private const int Int64 = 6;
    private const int Double = 7;
    private const int Binary = 8;
    private const int List = 9;
    private const int Set = 10;
    private const int Struct = 12;

    private const int DepthMax = 32;
    private const int ShiftMax = 63;
    private const int CountLong = 15;

    private readonly ReadOnlySpan<byte> _data = data;
    private int _last;

    /// <summary>How many bytes were read.</summary>
    public int Position { get; private set; }

    /// <summary>The next field of a structure; false at its end.</summary>
    /// <param name="field">Its number.</param>
    /// <param name="type">The kind of its value, for <see cref="Skip"/>.</param>
    public bool TryField(out int field, out int type)
    {
        var header = Byte();
        type = header & 0xF;
        if (header == 0)
        {
            (field, _last) = (0, 0);
            return false;
        }

        _last = (header >> 4) is var delta and not 0 ? _last + delta : (int)ReadLong();
        field = _last;
        return true;
    }

    /// <summary>Before a structure within a structure, whose fields are counted anew.</summary>
    public int Enter()
    {
        var outer = _last;
        _last = 0;
        return outer;
    }

    /// <summary>After a structure within a structure.</summary>
    /// <param name="outer">What <see cref="Enter"/> has returned.</param>
    public void Leave(int outer) => _last = outer;

    /// <summary>A whole number.</summary>
    public long ReadLong()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A whole number of 32 bits.</summary>
    public int ReadInt() => ReadLong() is var value and >= int.MinValue and <= int.MaxValue ? (int)value : throw Malformed();

    /// <summary>A text.</summary>
    public string ReadText() => Encoding.UTF8.GetString(ReadBytes());

    /// <summary>The count of a list's elements, which follow.</summary>
    public int ReadCount()
    {
        var header = Byte();
        var count = (header >> 4) is var small and not CountLong ? small : (long)Varint();
        return count >= 0 && count <= _data.Length - Position ? (int)count : throw Malformed();
    }

    /// <summary>Passes over the value of a field.</summary>
    /// <param name="type">Its kind.</param>
    /// <param name="depth">How many structures it lies in.</param>
    public void Skip(int type, int depth = 0)
    {
        switch (depth < DepthMax ? type : -1)
        {
            case True or False:
                break;
            case Byte8:
                Byte();
                break;
            case Int16 or Int32 or Int64:
                Varint();
                break;
            case Double:
                Take(sizeof(double));
                break;
            case Binary:
                ReadBytes();
                break;
            case List or Set:
                var element = Position < _data.Length ? _data[Position] & 0xF : 0;
                for (var left = ReadCount(); left > 0; left--)
                {
                    if (element is True or False)
                    {
                        Byte(); // in a list, a truth value has a byte of its own
                    }
                    else
                    {
                        Skip(element, depth + 1);
                    }
                }

                break;
            case Struct:
                var outer = Enter();
                while (TryField(out _, out var inner))
                {
                    Skip(inner, depth + 1);
                }

                Leave(outer);
                break;
            default:
                throw Malformed();
        }
    }

    /// <summary>Bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes() => Varint() is var count && count <= (ulong)(_data.Length - Position) ? Take((int)count) : throw Malformed();

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift <= ShiftMax; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _data.Length - Position)
        {
            throw Malformed();
        }

        Position += count;
        return _data.Slice(Position - count, count);
    }

    private static InvalidDataException Malformed() => new("what the file says of itself is malformed");
}
