using System.Buffers.Binary;
using System.Text;

namespace Lakehouse.Iceberg.Internal.Avro;

/// <summary>
/// Reads values in Avro's binary encoding, as another program has written them. What does not fit throws <see cref="InvalidDataException"/>; no length that the
/// bytes state is believed before the bytes are there.
/// </summary>
internal sealed class AvroReader(ReadOnlyMemory<byte> data)
{
    private const int DepthMax = 64;
    private const int ShiftMax = 63;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _position;

    /// <summary>How many bytes are left.</summary>
    public int Left => data.Length - _position;

    public object? Read(AvroSchema schema, int depth = 0)
    {
        if (depth > DepthMax)
        {
            throw Malformed();
        }

        switch (schema.Kind)
        {
            case AvroKind.Null:
                return null;
            case AvroKind.Boolean:
                return Take(1)[0] switch { 0 => false, 1 => true, _ => throw Malformed() };
            case AvroKind.Int:
                return Long() is var number and >= int.MinValue and <= int.MaxValue ? (int)number : throw Malformed();
            case AvroKind.Long:
                return Long();
            case AvroKind.Float:
                return BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));
            case AvroKind.Double:
                return BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));
            case AvroKind.Bytes:
                return Bytes().ToArray();
            case AvroKind.String:
                return Text();
            case AvroKind.Fixed:
                return Take(schema.Size).ToArray();
            case AvroKind.Enum:
                return Long() is var symbol && symbol >= 0 && symbol < schema.Symbols.Count ? schema.Symbols[(int)symbol] : throw Malformed();
            case AvroKind.Array:
                var items = new List<object?>();
                Blocks(() => items.Add(Read(schema.Types[0], depth + 1)));
                return items;
            case AvroKind.Map:
                var entries = new Dictionary<string, object?>(StringComparer.Ordinal);
                Blocks(() => entries[Text()] = Read(schema.Types[0], depth + 1));
                return entries;
            case AvroKind.Union:
                return Long() is var branch && branch >= 0 && branch < schema.Types.Count
                    ? Read(schema.Types[(int)branch], depth + 1)
                    : throw Malformed();
            default:
                var values = new object?[schema.Fields.Count];
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = Read(schema.Fields[i].Type, depth + 1);
                }

                return values;
        }
    }

    public long Long()
    {
        var value = 0UL;
        for (var shift = 0; shift <= ShiftMax; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }

        throw Malformed();
    }

    public ReadOnlySpan<byte> Bytes() => Long() is var count && count >= 0 && count <= Left ? Take((int)count) : throw Malformed();

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > Left)
        {
            throw Malformed();
        }

        _position += count;
        return data.Span.Slice(_position - count, count);
    }

    public string Text()
    {
        try
        {
            return Utf8.GetString(Bytes());
        }
        catch (ArgumentException)
        {
            throw Malformed();
        }
    }

    /// <summary>Reads blocks of items until the empty one.</summary>
    public void Blocks(Action read)
    {
        // Items without bytes, such as empty records, could be stated without end.
        var free = 0L;
        for (var count = Long(); count != 0; count = Long())
        {
            if (count < 0)
            {
                Long(); // the bytes of the block
                count = count == long.MinValue ? throw Malformed() : -count;
            }

            for (; count > 0; count--)
            {
                var before = _position;
                read();
                if (_position == before && ++free > data.Length)
                {
                    throw Malformed();
                }
            }
        }
    }

    private static InvalidDataException Malformed() => new("its Avro data is malformed");
}
