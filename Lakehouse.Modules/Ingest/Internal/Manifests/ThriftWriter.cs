using System.Buffers;
using System.Text;

namespace Lakehouse.Ingest.Internal.Manifests;

/// <summary>Writes Thrift's compact protocol, in which Parquet keeps what it says of itself: as much of it as a manifest needs.</summary>
internal sealed class ThriftWriter(ArrayBufferWriter<byte> target)
{
    // As a field of a structure, or of a list.
    private const int Int32 = 5;
    private const int Int64 = 6;
    private const int Binary = 8;
    private const int List = 9;
    private const int Struct = 12;

    private const int DeltaMax = 15;

    private readonly Stack<int> _outer = [];
    private int _last;

    public void Int(int field, int value)
    {
        Field(field, Int32);
        Varint(ZigZag(value));
    }

    public void Long(int field, long value)
    {
        Field(field, Int64);
        Varint(ZigZag(value));
    }

    public void Text(int field, string value)
    {
        Field(field, Binary);
        Text(value);
    }

    public void Ints(int field, params ReadOnlySpan<int> values)
    {
        Field(field, List);
        Header(values.Length, Int32);
        foreach (var value in values)
        {
            Varint(ZigZag(value));
        }
    }

    public void Texts(int field, IReadOnlyList<string> values)
    {
        Field(field, List);
        Header(values.Count, Binary);
        foreach (var value in values)
        {
            Text(value);
        }
    }

    public void Structs<T>(int field, IReadOnlyList<T> values, Action<T> write)
    {
        Field(field, List);
        Header(values.Count, Struct);
        foreach (var value in values)
        {
            Begin();
            write(value);
            End();
        }
    }

    public void Object(int field, Action write)
    {
        Field(field, Struct);
        Begin();
        write();
        End();
    }

    /// <summary>Ends the outermost structure.</summary>
    public void Stop() => Byte(0);

    private void Begin()
    {
        _outer.Push(_last);
        _last = 0;
    }

    private void End()
    {
        Byte(0);
        _last = _outer.Pop();
    }

    private void Field(int field, int type)
    {
        var delta = field - _last;
        if (delta is < 1 or > DeltaMax)
        {
            throw new ArgumentOutOfRangeException(nameof(field), field, "Fields are written in their order.");
        }

        Byte((byte)((delta << 4) | type));
        _last = field;
    }

    private void Header(int count, int type)
    {
        if (count < DeltaMax)
        {
            Byte((byte)((count << 4) | type));
            return;
        }

        Byte((byte)((DeltaMax << 4) | type));
        Varint((ulong)count);
    }

    private void Text(string value)
    {
        Varint((ulong)Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, target);
    }

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    private void Byte(byte value)
    {
        target.GetSpan(1)[0] = value;
        target.Advance(1);
    }

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));
}
