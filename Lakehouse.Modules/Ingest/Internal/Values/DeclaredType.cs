using System.Globalization;
using System.Text.Json;
using Lakehouse.Core.Text;

namespace Lakehouse.Ingest.Internal.Values;

/// <summary>
/// A type that the reader was told for a column. Values are checked against it where they are read, so that the error has their line; what is accepted here
/// can be cast by the engine without loss.
/// </summary>
internal sealed class DeclaredType
{
    private static readonly Dictionary<string, (string Name, ValueShape Shape)> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["BOOLEAN"] = ("BOOLEAN", ValueShape.Boolean),
        ["BOOL"] = ("BOOLEAN", ValueShape.Boolean),
        ["TINYINT"] = ("TINYINT", ValueShape.Integer),
        ["SMALLINT"] = ("SMALLINT", ValueShape.Integer),
        ["INTEGER"] = ("INTEGER", ValueShape.Integer),
        ["INT"] = ("INTEGER", ValueShape.Integer),
        ["BIGINT"] = ("BIGINT", ValueShape.Integer),
        ["LONG"] = ("BIGINT", ValueShape.Integer),
        ["UTINYINT"] = ("UTINYINT", ValueShape.Integer),
        ["USMALLINT"] = ("USMALLINT", ValueShape.Integer),
        ["UINTEGER"] = ("UINTEGER", ValueShape.Integer),
        ["UBIGINT"] = ("UBIGINT", ValueShape.Integer),
        ["FLOAT"] = ("FLOAT", ValueShape.Float),
        ["REAL"] = ("FLOAT", ValueShape.Float),
        ["DOUBLE"] = ("DOUBLE", ValueShape.Float),
        ["DATE"] = ("DATE", ValueShape.Date),
        ["TIME"] = ("TIME", ValueShape.Time),
        ["TIMESTAMP"] = ("TIMESTAMP", ValueShape.Timestamp),
        ["DATETIME"] = ("TIMESTAMP", ValueShape.Timestamp),
        ["TIMESTAMPTZ"] = ("TIMESTAMP WITH TIME ZONE", ValueShape.TimestampTz),
        ["TIMESTAMP WITH TIME ZONE"] = ("TIMESTAMP WITH TIME ZONE", ValueShape.TimestampTz),
        ["VARCHAR"] = ("VARCHAR", ValueShape.Text),
        ["TEXT"] = ("VARCHAR", ValueShape.Text),
        ["STRING"] = ("VARCHAR", ValueShape.Text),
        ["UUID"] = ("UUID", ValueShape.Uuid),
        ["JSON"] = ("JSON", ValueShape.Json),
    };

    private readonly int _whole;
    private readonly int _scale;

    private DeclaredType(string name, ValueShape shape, int whole = 0, int scale = 0) => (Name, Shape, _whole, _scale) = (name, shape, whole, scale);

    /// <summary>DuckDB's name of it.</summary>
    public string Name { get; }

    /// <summary>What its values look like.</summary>
    public ValueShape Shape { get; }

    /// <summary>Reads a type's name in any letter case.</summary>
    /// <exception cref="Core.Errors.LakehouseException"><c>invalid_option</c> (<see cref="Core.Errors.ErrorKind.InvalidInput"/>).</exception>
    public static DeclaredType Parse(string option, string column, string text)
    {
        return TryParse(text) ?? throw IngestErrors.Option(
            option,
            $"'{text}' is no type that the column '{column}' can have{NearestName.Hint(text, Known.Keys)}; there are "
            + $"{string.Join(", ", Known.Values.Select(k => k.Name).Distinct())}, DECIMAL(p,s) with p of 1 to 38 and s of 0 to p");
    }

    /// <summary>Reads a type's name in any letter case; null where it is none of those.</summary>
    public static DeclaredType? TryParse(string text)
    {
        var name = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (Known.TryGetValue(name, out var known))
        {
            return new DeclaredType(known.Name, known.Shape);
        }

        return ParseDecimal(name.Replace(" ", string.Empty, StringComparison.Ordinal)) is var (width, scale) && width is >= 1 and <= 38 && scale <= width
            ? new DeclaredType(string.Create(CultureInfo.InvariantCulture, $"DECIMAL({width},{scale})"), ValueShape.Decimal, width - scale, scale)
            : null;
    }

    /// <summary>DECIMAL, DECIMAL(p), DECIMAL(p,s), or NUMERIC; as in DuckDB, 18 and 3 when nothing is said.</summary>
    private static (int Width, int Scale)? ParseDecimal(string text)
    {
        var rest = text.StartsWith("DECIMAL", StringComparison.OrdinalIgnoreCase) || text.StartsWith("NUMERIC", StringComparison.OrdinalIgnoreCase)
            ? text["DECIMAL".Length..]
            : null;
        return rest switch
        {
            null => null,
            "" => (18, 3),
            ['(', .. var inner, ')'] => inner.Split(',') switch
            {
                [var width] when Digits(width) is { } w => (w, 0),
                [var width, var scale] when Digits(width) is { } w && Digits(scale) is { } s => (w, s),
                _ => null,
            },
            _ => null,
        };

        static int? Digits(string text) =>
            text.Length <= 2 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Whether a value that is not empty and is not NULL has this type.</summary>
    public bool Accepts(ReadOnlySpan<byte> value, ValueRules rules)
    {
        if (Shape is ValueShape.Integer or ValueShape.Float or ValueShape.Decimal && rules.Number is { } format)
        {
            Span<byte> number = stackalloc byte[NumberFormat.LengthMax];
            var length = format.Normalise(value, number);
            return length > 0 && IsNumber(number[..length]);
        }

        return Shape switch
        {
            ValueShape.Boolean => IsBoolean(value),
            ValueShape.Integer or ValueShape.Float or ValueShape.Decimal => IsNumber(value),
            ValueShape.Date => rules.Date?.Accepts(value) == true || ValueForm.IsDate(value),
            ValueShape.Time => ValueForm.IsClock(value),
            ValueShape.Timestamp => rules.Timestamp?.Accepts(value) == true || ValueForm.IsDate(value)
                || ValueForm.Classify(value, ColumnKind.Timestamp, out _) == ColumnKind.Timestamp,
            ValueShape.TimestampTz => ValueForm.Classify(value, ColumnKind.TimestampTz, out _) is ColumnKind.TimestampTz,
            ValueShape.Uuid => Guid.TryParseExact(System.Text.Encoding.UTF8.GetString(value), "D", out _),
            ValueShape.Json => IsJson(value),
            _ => true,
        };
    }

    private bool IsNumber(ReadOnlySpan<byte> value) => Shape switch
    {
        ValueShape.Integer => IsInteger(value),
        ValueShape.Decimal => IsDecimal(value),
        _ => value.Length <= NumberFormat.LengthMax
            && double.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture, out var number)
            && (double.IsFinite(number) ? Name == "DOUBLE" || float.IsFinite((float)number) : IsNameOfNonFinite(value)),
    };

    private static bool IsNameOfNonFinite(ReadOnlySpan<byte> value) => char.IsAsciiLetter((char)value[^1]);

    private bool IsInteger(ReadOnlySpan<byte> value)
    {
        if (value.Length > 40 || !Int128.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        return Name switch
        {
            "TINYINT" => number >= sbyte.MinValue && number <= sbyte.MaxValue,
            "SMALLINT" => number >= short.MinValue && number <= short.MaxValue,
            "INTEGER" => number >= int.MinValue && number <= int.MaxValue,
            "BIGINT" => number >= long.MinValue && number <= long.MaxValue,
            "UTINYINT" => number >= 0 && number <= byte.MaxValue,
            "USMALLINT" => number >= 0 && number <= ushort.MaxValue,
            "UINTEGER" => number >= 0 && number <= uint.MaxValue,
            _ => number >= 0 && number <= ulong.MaxValue,
        };
    }

    /// <summary>Digits that fit, before and after the point: zeros at either end do not count.</summary>
    private bool IsDecimal(ReadOnlySpan<byte> value)
    {
        var digits = value[0] is (byte)'-' or (byte)'+' ? value[1..] : value;
        var point = digits.IndexOf((byte)'.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? default : digits[(point + 1)..];
        return (whole.Length > 0 || fraction.Length > 0)
            && whole.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && fraction.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && whole.TrimStart((byte)'0').Length <= _whole
            && fraction.TrimEnd((byte)'0').Length <= _scale;
    }

    private static bool IsBoolean(ReadOnlySpan<byte> value)
    {
        foreach (var text in (string[])["true", "false", "1", "0", "t", "f", "yes", "no", "y", "n"])
        {
            if (System.Text.Ascii.EqualsIgnoreCase(value, text))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsJson(ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(value);
        try
        {
            while (reader.Read())
            {
                // Escapes that make no character, such as half a surrogate pair, are found only when the text is read.
                _ = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString() : null;
            }

            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
