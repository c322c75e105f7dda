using System.Globalization;
using System.Text;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Json;

/// <summary>A value of a type that is not nested. Numbers keep all their digits; dates and times are the texts that DuckDB casts them to.</summary>
internal sealed class ScalarJson : ColumnJson
{
    private delegate void Writer(ref JsonOutput output, DuckDbVector vector, int row);

    private delegate int TextWriter(DuckDbVector vector, int row, Span<byte> to);

    private readonly Writer _write;

    private ScalarJson(Writer write) => _write = write;

    public static new ColumnJson For(DuckDbType type) => type.Id switch
    {
        DuckDbTypeId.Varchar when type.IsJson => new ScalarJson((ref output, vector, row) => output.Write(vector.GetBytes(row))),
        DuckDbTypeId.Varchar => new TextJson(),
        DuckDbTypeId.BigInt => new ScalarJson((ref output, vector, row) => output.Write(vector.Get<long>(row))),
        DuckDbTypeId.Integer => new ScalarJson((ref output, vector, row) => output.Write(vector.Get<int>(row))),
        DuckDbTypeId.Double => new ScalarJson((ref output, vector, row) => output.Write(vector.Get<double>(row))),
        DuckDbTypeId.Boolean => new ScalarJson((ref output, vector, row) => output.Write(vector.Get<byte>(row) != 0 ? "true"u8 : "false"u8)),
        DuckDbTypeId.TinyInt => new ScalarJson((ref output, vector, row) => output.Write(vector.Get<sbyte>(row))),
        DuckDbTypeId.SmallInt => new ScalarJson((ref output, vector, row) => output.Write(vector.Get<short>(row))),
        DuckDbTypeId.UTinyInt => new ScalarJson((ref output, vector, row) => output.Write((ulong)vector.Get<byte>(row))),
        DuckDbTypeId.USmallInt => new ScalarJson((ref output, vector, row) => output.Write((ulong)vector.Get<ushort>(row))),
        DuckDbTypeId.UInteger => new ScalarJson((ref output, vector, row) => output.Write((ulong)vector.Get<uint>(row))),
        DuckDbTypeId.UBigInt => new ScalarJson((ref output, vector, row) => output.Write(vector.Get<ulong>(row))),
        DuckDbTypeId.Float => new ScalarJson((ref output, vector, row) => output.Write(vector.Get<float>(row))),
        DuckDbTypeId.HugeInt => Number((vector, row, to) => DuckDbText.WriteInt128(vector.Get<Int128>(row), to)),
        DuckDbTypeId.UHugeInt => Number((vector, row, to) => DuckDbText.WriteUInt128(vector.Get<UInt128>(row), to)),
        DuckDbTypeId.Decimal => Number(DecimalWriter(type)),
        DuckDbTypeId.BigNum => new ScalarJson((ref output, vector, row) =>
            output.Write(Encoding.ASCII.GetBytes(DuckDbText.ReadBigNum(vector.GetBytes(row)).ToString(CultureInfo.InvariantCulture)))),
        DuckDbTypeId.Date => Text((vector, row, to) => DuckDbText.WriteDate(vector.Get<int>(row), to)),
        DuckDbTypeId.Time => Text((vector, row, to) => DuckDbText.WriteTime(vector.Get<long>(row), to)),
        DuckDbTypeId.TimeNs => Text((vector, row, to) => DuckDbText.WriteTimeNs(vector.Get<long>(row), to)),
        DuckDbTypeId.TimeTz => Text((vector, row, to) => DuckDbText.WriteTimeTz(vector.Get<ulong>(row), to)),
        DuckDbTypeId.Timestamp => Text((vector, row, to) => DuckDbText.WriteTimestamp(vector.Get<long>(row), 1_000_000, to)),
        DuckDbTypeId.TimestampS => Text((vector, row, to) => DuckDbText.WriteTimestamp(vector.Get<long>(row), 1, to)),
        DuckDbTypeId.TimestampMs => Text((vector, row, to) => DuckDbText.WriteTimestamp(vector.Get<long>(row), 1_000, to)),
        DuckDbTypeId.TimestampNs => Text((vector, row, to) => DuckDbText.WriteTimestamp(vector.Get<long>(row), 1_000_000_000, to)),
        DuckDbTypeId.TimestampTz => Text((vector, row, to) => DuckDbText.WriteTimestampTz(vector.Get<long>(row), to)),
        DuckDbTypeId.Interval => Text((vector, row, to) => DuckDbText.WriteInterval(vector.Get<DuckDbInterval>(row), to)),
        DuckDbTypeId.Uuid => Text((vector, row, to) => DuckDbText.WriteUuid(vector.Get<Int128>(row), to)),
        DuckDbTypeId.Enum => new ScalarJson((ref output, vector, row) => output.WriteString(type.EnumLabels[EnumCode(type, vector, row)])),
        DuckDbTypeId.Blob or DuckDbTypeId.Geometry => new ScalarJson((ref output, vector, row) => output.WriteBase64(vector.GetBytes(row))),
        DuckDbTypeId.Bit => new ScalarJson(WriteBits),
        DuckDbTypeId.SqlNull => new ScalarJson((ref output, _, _) => output.Write("null"u8)),
        _ => throw new LakehouseException(
            ErrorKind.InvalidInput, "unsupported_type", $"The answer has a column of type {type.Name}, which has no form in JSON. Cast it, e.g. to VARCHAR "
                + "or JSON."),
    };

    protected override void WriteValue(ref JsonOutput output, int row) => _write(ref output, Vector, row);

    /// <summary>ASCII without quotes.</summary>
    private static ScalarJson Number(TextWriter write) => new((ref output, vector, row) =>
        output.Advance(write(vector, row, output.Reserve(DuckDbText.SizeBytesMax))));

    /// <summary>ASCII that needs no escapes, in quotes.</summary>
    private static ScalarJson Text(TextWriter write) => new((ref output, vector, row) =>
    {
        var to = output.Reserve(DuckDbText.SizeBytesMax + 2);
        to[0] = (byte)'"';
        var length = write(vector, row, to[1..]);
        to[length + 1] = (byte)'"';
        output.Advance(length + 2);
    });

    /// <summary>A DECIMAL is stored in the smallest integer that its width needs.</summary>
    private static TextWriter DecimalWriter(DuckDbType type) => type.Width switch
    {
        <= 4 => (vector, row, to) => DuckDbText.WriteDecimal(vector.Get<short>(row), type.Scale, to),
        <= 9 => (vector, row, to) => DuckDbText.WriteDecimal(vector.Get<int>(row), type.Scale, to),
        <= 18 => (vector, row, to) => DuckDbText.WriteDecimal(vector.Get<long>(row), type.Scale, to),
        _ => (vector, row, to) => DuckDbText.WriteDecimal(vector.Get<Int128>(row), type.Scale, to),
    };

    /// <summary>An ENUM's code is stored in the smallest unsigned integer that its labels need.</summary>
    private static int EnumCode(DuckDbType type, DuckDbVector vector, int row) => type.EnumLabels.Count switch
    {
        <= 0xFF => vector.Get<byte>(row),
        <= 0xFFFF => vector.Get<ushort>(row),
        _ => (int)vector.Get<uint>(row),
    };

    private static void WriteBits(ref JsonOutput output, DuckDbVector vector, int row)
    {
        var bits = vector.GetBytes(row);
        var to = output.Reserve(DuckDbText.CountBits(bits) + 2);
        to[0] = (byte)'"';
        var length = DuckDbText.WriteBits(bits, to[1..]);
        to[length + 1] = (byte)'"';
        output.Advance(length + 2);
    }

    /// <summary>VARCHAR, by far the most common type, without the delegate.</summary>
    private sealed class TextJson : ColumnJson
    {
        protected override void WriteValue(ref JsonOutput output, int row) => output.WriteString(Vector.GetBytes(row));
    }
}
