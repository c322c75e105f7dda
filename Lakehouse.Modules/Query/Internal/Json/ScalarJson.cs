using System.Globalization;
using System.Text;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Json;

/// <summary>A value of a type that is not nested. Numbers keep all their digits; dates and times are the texts that DuckDB casts them to.</summary>
internal sealed class ScalarJson : ColumnJson
{
    private delegate void Writer(ref JsonOutput output, in DuckDbVector vector, int row);

    /// <summary>The types whose values can be numbers that a double cannot hold.</summary>
    private static readonly HashSet<DuckDbTypeId> Large =
    [
        DuckDbTypeId.BigInt, DuckDbTypeId.UBigInt, DuckDbTypeId.HugeInt, DuckDbTypeId.UHugeInt, DuckDbTypeId.BigNum, DuckDbTypeId.Decimal
    ];

    private readonly Writer _write;

    private ScalarJson(Writer write) => _write = write;

    public static new ColumnJson For(DuckDbType type, ValueOptions options) =>
        options.HiddenPaths is { } paths ? new ScalarJson((ref output, in vector, row) => output.WriteString(paths.HidePlan(vector.GetBytes(row))))
        : options.NumbersAsText && Large.Contains(type.Id) ? Quoted(type)
        : ScalarText.For(type) is { } text ? Text(text)
        : options.IsOneLine && type.IsJson ? new ScalarJson((ref output, in vector, row) => WriteOnOneLine(ref output, vector.GetBytes(row)))
        : Other(type);

    private static ColumnJson Other(DuckDbType type) => type.Id switch
    {
        DuckDbTypeId.Varchar when type.IsJson => new ScalarJson((ref output, in vector, row) => output.Write(vector.GetBytes(row))),
        DuckDbTypeId.Varchar => new TextJson(),
        DuckDbTypeId.BigInt => new ScalarJson((ref output, in vector, row) => output.Write(vector.Get<long>(row))),
        DuckDbTypeId.Integer => new ScalarJson((ref output, in vector, row) => output.Write(vector.Get<int>(row))),
        DuckDbTypeId.Double => new ScalarJson((ref output, in vector, row) => output.Write(vector.Get<double>(row))),
        DuckDbTypeId.Boolean => new ScalarJson((ref output, in vector, row) => output.Write(vector.Get<byte>(row) != 0 ? "true"u8 : "false"u8)),
        DuckDbTypeId.TinyInt => new ScalarJson((ref output, in vector, row) => output.Write(vector.Get<sbyte>(row))),
        DuckDbTypeId.SmallInt => new ScalarJson((ref output, in vector, row) => output.Write(vector.Get<short>(row))),
        DuckDbTypeId.UTinyInt => new ScalarJson((ref output, in vector, row) => output.Write((ulong)vector.Get<byte>(row))),
        DuckDbTypeId.USmallInt => new ScalarJson((ref output, in vector, row) => output.Write((ulong)vector.Get<ushort>(row))),
        DuckDbTypeId.UInteger => new ScalarJson((ref output, in vector, row) => output.Write((ulong)vector.Get<uint>(row))),
        DuckDbTypeId.UBigInt => new ScalarJson((ref output, in vector, row) => output.Write(vector.Get<ulong>(row))),
        DuckDbTypeId.Float => new ScalarJson((ref output, in vector, row) => output.Write(vector.Get<float>(row))),
        DuckDbTypeId.HugeInt => Digits((in vector, row, to) => DuckDbText.WriteInt128(vector.Get<Int128>(row), to)),
        DuckDbTypeId.UHugeInt => Digits((in vector, row, to) => DuckDbText.WriteUInt128(vector.Get<UInt128>(row), to)),
        DuckDbTypeId.Decimal => Digits(DecimalWriter(type)),
        DuckDbTypeId.BigNum => new ScalarJson((ref output, in vector, row) =>
            output.Write(Encoding.ASCII.GetBytes(DuckDbText.ReadBigNum(vector.GetBytes(row)).ToString(CultureInfo.InvariantCulture)))),
        DuckDbTypeId.Enum => new ScalarJson((ref output, in vector, row) => output.WriteString(EnumLabel(type, vector, row))),
        DuckDbTypeId.Blob or DuckDbTypeId.Geometry => new ScalarJson((ref output, in vector, row) => output.WriteBase64(vector.GetBytes(row))),
        DuckDbTypeId.Bit => new ScalarJson(WriteBits),
        DuckDbTypeId.SqlNull => new ScalarJson((ref output, in _, _) => output.Write("null"u8)),
        _ => throw new LakehouseException(
            ErrorKind.InvalidInput, "unsupported_type", $"The answer has a column of type {type.Name}, which has no form in JSON. Cast it, e.g. to VARCHAR "
                + "or JSON."),
    };

    protected override void WriteValue(ref JsonOutput output, int row) => _write(ref output, Vector, row);

    /// <summary>The label of a value of an ENUM.</summary>
    public static ReadOnlySpan<byte> EnumLabel(DuckDbType type, in DuckDbVector vector, int row) => type.EnumLabels[EnumCode(type, vector, row)];

    /// <summary>JSON, with blanks for line breaks, which can stand only between its tokens.</summary>
    private static void WriteOnOneLine(ref JsonOutput output, ReadOnlySpan<byte> json)
    {
        while (json.IndexOfAny((byte)'\n', (byte)'\r') is var end and >= 0)
        {
            output.Write(json[..end]);
            output.Write((byte)' ');
            json = json[(end + 1)..];
        }

        output.Write(json);
    }

    /// <summary>A number, in quotes.</summary>
    private static ScalarJson Quoted(DuckDbType type)
    {
        var number = ((ScalarJson)Other(type))._write;
        return new ScalarJson((ref output, in vector, row) =>
        {
            output.Write((byte)'"');
            number(ref output, in vector, row);
            output.Write((byte)'"');
        });
    }

    /// <summary>ASCII without quotes.</summary>
    private static ScalarJson Digits(ScalarText.Writer write) => new((ref output, in vector, row) =>
        output.Advance(write(vector, row, output.Reserve(DuckDbText.SizeBytesMax))));

    /// <summary>ASCII that needs no escapes, in quotes.</summary>
    private static ScalarJson Text(ScalarText.Writer write) => new((ref output, in vector, row) =>
    {
        var to = output.Reserve(DuckDbText.SizeBytesMax + 2);
        to[0] = (byte)'"';
        var length = write(vector, row, to[1..]);
        to[length + 1] = (byte)'"';
        output.Advance(length + 2);
    });

    /// <summary>A DECIMAL is stored in the smallest integer that its width needs.</summary>
    private static ScalarText.Writer DecimalWriter(DuckDbType type) => type.Width switch
    {
        <= 4 => (in vector, row, to) => DuckDbText.WriteDecimal(vector.Get<short>(row), type.Scale, to),
        <= 9 => (in vector, row, to) => DuckDbText.WriteDecimal(vector.Get<int>(row), type.Scale, to),
        <= 18 => (in vector, row, to) => DuckDbText.WriteDecimal(vector.Get<long>(row), type.Scale, to),
        _ => (in vector, row, to) => DuckDbText.WriteDecimal(vector.Get<Int128>(row), type.Scale, to),
    };

    /// <summary>An ENUM's code is stored in the smallest unsigned integer that its labels need.</summary>
    private static int EnumCode(DuckDbType type, in DuckDbVector vector, int row) => type.EnumLabels.Count switch
    {
        <= 0xFF => vector.Get<byte>(row),
        <= 0xFFFF => vector.Get<ushort>(row),
        _ => (int)vector.Get<uint>(row),
    };

    private static void WriteBits(ref JsonOutput output, in DuckDbVector vector, int row)
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
