using System.Buffers;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Json;

namespace Lakehouse.Query.Internal.Csv;

/// <summary>Writes the values of one column as fields. It is bound to a new vector for each chunk. NULL is an empty field.</summary>
internal sealed class ColumnCsv
{
    private readonly Writer _write;
    private readonly ColumnJson? _json;
    private DuckDbVector _vector;

    private ColumnCsv(Writer write, ColumnJson? json = null) => (_write, _json) = (write, json);

    private delegate void Writer(ref JsonOutput csv, in DuckDbVector vector, int row);

    /// <summary>The writer for a type.</summary>
    public static ColumnCsv For(DuckDbType type, ValueOptions options, FieldWriter field)
    {
        if (options.HiddenPaths is { } paths)
        {
            return new ColumnCsv((ref csv, in vector, row) => field.Write(ref csv, paths.HidePlan(vector.GetBytes(row))));
        }

        if (ScalarText.For(type) is { } text)
        {
            return new ColumnCsv((ref csv, in vector, row) => csv.Advance(text(vector, row, csv.Reserve(DuckDbText.SizeBytesMax))));
        }

        return type.Id switch
        {
            DuckDbTypeId.Varchar => new ColumnCsv((ref csv, in vector, row) => field.Write(ref csv, vector.GetBytes(row))),
            DuckDbTypeId.Enum => new ColumnCsv((ref csv, in vector, row) => field.Write(ref csv, ScalarJson.EnumLabel(type, vector, row))),
            DuckDbTypeId.Blob or DuckDbTypeId.Geometry => new ColumnCsv((ref csv, in vector, row) => WriteBlob(ref csv, vector.GetBytes(row))),
            DuckDbTypeId.Bit => new ColumnCsv(WriteBits),
            DuckDbTypeId.Double => new ColumnCsv((ref csv, in vector, row) => WriteNumber(ref csv, vector.Get<double>(row))),
            DuckDbTypeId.Float => new ColumnCsv((ref csv, in vector, row) => WriteNumber(ref csv, vector.Get<float>(row))),
            DuckDbTypeId.List or DuckDbTypeId.Array or DuckDbTypeId.Struct or DuckDbTypeId.Map or DuckDbTypeId.Union => Nested(type, options, field),
            _ => Digits(ColumnJson.For(type, ValueOptions.Plain)),
        };
    }

    /// <summary>Sets the vector of the next chunk.</summary>
    public void Bind(DuckDbVector vector)
    {
        _vector = vector;
        _json?.Bind(vector);
    }

    /// <summary>Writes a value.</summary>
    public void Write(ref JsonOutput csv, int row)
    {
        if (!_vector.IsNull(row))
        {
            _write(ref csv, _vector, row);
        }
    }

    /// <summary>Numbers and truth values have no characters that need quotes.</summary>
    private static ColumnCsv Digits(ColumnJson json) => new((ref csv, in _, row) => json.Write(ref csv, row), json);

    /// <summary>A nested value is its JSON.</summary>
    private static ColumnCsv Nested(DuckDbType type, ValueOptions options, FieldWriter field)
    {
        var json = ColumnJson.For(type, options);
        var text = new ArrayBufferWriter<byte>();
        return new ColumnCsv(
            (ref csv, in _, row) =>
            {
                text.ResetWrittenCount();
                var output = new JsonOutput(text);
                json.Write(ref output, row);
                output.Complete();
                field.Write(ref csv, text.WrittenSpan);
            },
            json);
    }

    private static void WriteBlob(ref JsonOutput csv, ReadOnlySpan<byte> bytes)
    {
        csv.Write(bytes.IsEmpty ? "\"\""u8 : []);
        csv.WritePlainBase64(bytes);
    }

    private static void WriteBits(ref JsonOutput csv, in DuckDbVector vector, int row)
    {
        var bits = vector.GetBytes(row);
        csv.Advance(DuckDbText.WriteBits(bits, csv.Reserve(DuckDbText.CountBits(bits))));
    }

    private static void WriteNumber(ref JsonOutput csv, double value)
    {
        if (double.IsFinite(value))
        {
            csv.Write(value);
        }
        else
        {
            csv.Write(JsonOutput.NameOfNonFinite(value));
        }
    }

    private static void WriteNumber(ref JsonOutput csv, float value)
    {
        if (float.IsFinite(value))
        {
            csv.Write(value);
        }
        else
        {
            csv.Write(JsonOutput.NameOfNonFinite(value));
        }
    }
}
