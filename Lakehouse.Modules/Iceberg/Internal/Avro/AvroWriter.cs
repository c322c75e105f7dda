using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Lakehouse.Iceberg.Internal.Avro;

/// <summary>
/// Writes values in Avro's binary encoding. A value is what <see cref="AvroReader"/> gives: a record is an array of the values of its fields, an array or the
/// entries of a map a list; a union's value is that of one of its types.
/// </summary>
internal sealed class AvroWriter(IBufferWriter<byte> output)
{
    private const int VarintBytesMax = 10;

    public void Write(AvroSchema schema, object? value)
    {
        switch (schema.Kind)
        {
            case AvroKind.Null:
                break;
            case AvroKind.Boolean:
                Take(1)[0] = (bool)value! ? (byte)1 : (byte)0;
                break;
            case AvroKind.Int:
                Long((int)value!);
                break;
            case AvroKind.Long:
                Long((long)value!);
                break;
            case AvroKind.Float:
                BinaryPrimitives.WriteSingleLittleEndian(Take(sizeof(float)), (float)value!);
                break;
            case AvroKind.Double:
                BinaryPrimitives.WriteDoubleLittleEndian(Take(sizeof(double)), (double)value!);
                break;
            case AvroKind.Bytes:
                Bytes((byte[])value!);
                break;
            case AvroKind.String:
                Text((string)value!);
                break;
            case AvroKind.Fixed:
                output.Write(((byte[])value!).AsSpan(0, schema.Size));
                break;
            case AvroKind.Enum:
                Long(IndexOf(schema.Symbols, (string)value!));
                break;
            case AvroKind.Array:
                Items(((IReadOnlyList<object?>)value!).Count, i => Write(schema.Types[0], ((IReadOnlyList<object?>)value)[i]));
                break;
            case AvroKind.Map:
                var entries = ((IReadOnlyDictionary<string, object?>)value!).ToList();
                Items(entries.Count, i =>
                {
                    Text(entries[i].Key);
                    Write(schema.Types[0], entries[i].Value);
                });
                break;
            case AvroKind.Union:
                var branch = BranchOf(schema, value);
                Long(branch);
                Write(schema.Types[branch], value);
                break;
            case AvroKind.Record:
                var values = (object?[])value!;
                for (var i = 0; i < schema.Fields.Count; i++)
                {
                    Write(schema.Fields[i].Type, values[i]);
                }

                break;
        }
    }

    public void Long(long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        Span<byte> bytes = stackalloc byte[VarintBytesMax];
        var count = 0;
        for (; rest >= 0x80; rest >>= 7)
        {
            bytes[count++] = (byte)(rest | 0x80);
        }

        bytes[count++] = (byte)rest;
        output.Write(bytes[..count]);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Long(value.Length);
        output.Write(value);
    }

    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    private static int IndexOf(IReadOnlyList<string> symbols, string symbol)
    {
        for (var i = 0; i < symbols.Count; i++)
        {
            if (symbols[i] == symbol)
            {
                return i;
            }
        }

        throw new ArgumentException($"'{symbol}' is no symbol of the enumeration", nameof(symbol));
    }

    private static int BranchOf(AvroSchema union, object? value)
    {
        for (var i = 0; i < union.Types.Count; i++)
        {
            if (Fits(union.Types[i], value))
            {
                return i;
            }
        }

        throw new ArgumentException($"a value of {value?.GetType().Name ?? "null"} is none of the union", nameof(value));
    }

    private static bool Fits(AvroSchema schema, object? value) => schema.Kind switch
    {
        AvroKind.Null => value is null,
        AvroKind.Boolean => value is bool,
        AvroKind.Int => value is int,
        AvroKind.Long => value is long,
        AvroKind.Float => value is float,
        AvroKind.Double => value is double,
        AvroKind.Bytes => value is byte[],
        AvroKind.Fixed => value is byte[] bytes && bytes.Length == schema.Size,
        AvroKind.String => value is string,
        AvroKind.Enum => value is string symbol && schema.Symbols.Contains(symbol),
        AvroKind.Record => value is object?[] values && values.Length == schema.Fields.Count,
        AvroKind.Array => value is IReadOnlyList<object?> and not object?[],
        AvroKind.Map => value is IReadOnlyDictionary<string, object?>,
        _ => false,
    };

    private void Items(int count, Action<int> write)
    {
        if (count > 0)
        {
            Long(count);
            for (var i = 0; i < count; i++)
            {
                write(i);
            }
        }

        Long(0);
    }

    private Span<byte> Take(int size)
    {
        var span = output.GetSpan(size)[..size];
        output.Advance(size);
        return span;
    }
}
