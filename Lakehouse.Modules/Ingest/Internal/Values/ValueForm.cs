using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Lakehouse.Ingest.Internal.Values;

/// <summary>
/// Classifies values by rules stricter than the engine's. A value gets a type only when its text can be restored from the typed value, except for the spelling
/// of booleans, the <c>T</c> and the offset of a timestamp, the form of an exponent, and zeros at the end of a fraction. The engine reads <c>007</c> as 7; here
/// it is text.
/// </summary>
internal static class ValueForm
{
    // A DOUBLE preserves every decimal number with this many significant digits (DBL_DIG).
    private const int SafeDigits = 15;

    /// <summary>The type of a value that is not empty.</summary>
    /// <param name="value">UTF-8.</param>
    /// <param name="guess">The type to try first: the column's type so far.</param>
    /// <param name="integer">The number, when the type is <see cref="ColumnKind.Integer"/>.</param>
    public static ColumnKind Classify(ReadOnlySpan<byte> value, ColumnKind guess, out long integer)
    {
        integer = 0;
        var first = value[0];
        if (first is >= (byte)'0' and <= (byte)'9' or (byte)'-')
        {
            if (guess is ColumnKind.Date && IsDate(value))
            {
                return ColumnKind.Date;
            }

            return IsInteger(value, out integer) ? ColumnKind.Integer
                : IsFloat(value) ? ColumnKind.Float
                : IsDate(value) ? ColumnKind.Date
                : IsTime(value) ? ColumnKind.Time
                : ClassifyTimestamp(value);
        }

        return IsBoolean(value) ? ColumnKind.Boolean : ColumnKind.Text;
    }

    /// <summary>
    /// Zero, or digits without a leading zero, with or without a minus, within 64 bits. <c>-0</c> is not accepted, because it would lose its sign.
    /// </summary>
    public static bool IsInteger(ReadOnlySpan<byte> value, out long integer)
    {
        const int longest = 20; // -9223372036854775808
        integer = 0;
        var isNegative = value[0] == '-';
        var digits = isNegative ? value[1..] : value;
        if (digits.IsEmpty || value.Length > longest || (digits[0] == '0' && (digits.Length > 1 || isNegative)))
        {
            return false;
        }

        if (digits.Length <= 18)
        {
            foreach (var digit in digits)
            {
                var number = (uint)(digit - '0');
                if (number > 9)
                {
                    return false;
                }

                integer = (integer * 10) + number;
            }

            integer = isNegative ? -integer : integer;
            return true;
        }

        return Utf8Parser.TryParse(value, out integer, out var consumed) && consumed == value.Length;
    }

    /// <summary>
    /// A whole part without leading zeros, a point, a fraction, and an optional exponent. An exponent without a point is not accepted: <c>12E5</c> may be a
    /// part number.
    /// </summary>
    public static bool IsFloat(ReadOnlySpan<byte> value)
    {
        var rest = value[0] == '-' ? value[1..] : value;
        var whole = CountDigits(rest);
        if (whole == 0 || whole == rest.Length || rest[whole] != '.' || (rest[0] == '0' && whole > 1))
        {
            return false;
        }

        var fraction = CountDigits(rest[(whole + 1)..]);
        if (fraction == 0)
        {
            return false;
        }

        var hasExponent = false;
        var end = whole + 1 + fraction;
        if (end < rest.Length)
        {
            var exponent = rest[end..];
            if (exponent[0] is not ((byte)'e' or (byte)'E'))
            {
                return false;
            }

            var digits = exponent.Length > 1 && exponent[1] is (byte)'-' or (byte)'+' ? exponent[2..] : exponent[1..];
            if (digits.IsEmpty || digits.Length > 3 || CountDigits(digits) != digits.Length)
            {
                return false;
            }

            hasExponent = true;
        }

        return whole + fraction <= SafeDigits && !hasExponent || IsExactDouble(rest, whole, fraction);
    }

    /// <summary>ISO 8601, <c>yyyy-mm-dd</c>, years 0001 to 9999. Other orders of year, month and day are ambiguous.</summary>
    public static bool IsDate(ReadOnlySpan<byte> value)
    {
        if (value.Length != 10 || value[4] != '-' || value[7] != '-'
            || !TryNumber(value[..4], out var year) || !TryNumber(value[5..7], out var month) || !TryNumber(value[8..], out var day))
        {
            return false;
        }

        return year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
    }

    /// <summary><c>hh:mm:ss</c>, with an optional fraction of up to 6 digits. <c>hh:mm</c> alone could be minutes and seconds.</summary>
    public static bool IsTime(ReadOnlySpan<byte> value) =>
        value.Length >= 8 && value[5] == ':' && IsClock(value);

    private static ColumnKind ClassifyTimestamp(ReadOnlySpan<byte> value)
    {
        if (value.Length < 16 || value[10] is not ((byte)' ' or (byte)'T') || !IsDate(value[..10]))
        {
            return ColumnKind.Text;
        }

        var clock = value[11..];
        var zone = clock.IndexOfAny((byte)'Z', (byte)'+', (byte)'-');
        if (zone < 0)
        {
            return IsClock(clock) ? ColumnKind.Timestamp : ColumnKind.Text;
        }

        // The engine requires seconds when there is an offset.
        return zone >= 8 && IsClock(clock[..zone]) && IsOffset(clock[zone..]) ? ColumnKind.TimestampTz : ColumnKind.Text;
    }

    /// <summary><c>hh:mm</c>, or as <see cref="IsTime"/>.</summary>
    public static bool IsClock(ReadOnlySpan<byte> value)
    {
        if (value.Length < 5 || value[2] != ':'
            || !TryNumber(value[..2], out var hour) || !TryNumber(value[3..5], out var minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        if (value.Length == 5)
        {
            return true;
        }

        if (value.Length < 8 || value[5] != ':' || !TryNumber(value[6..8], out var second) || second > 59)
        {
            return false;
        }

        // A TIMESTAMP keeps microseconds, so a fraction has at most 6 digits.
        return value.Length == 8 || (value[8] == '.' && value.Length is > 9 and <= 15 && CountDigits(value[9..]) == value.Length - 9);
    }

    /// <summary><c>Z</c>, <c>+hh</c>, <c>+hhmm</c> or <c>+hh:mm</c>, at most 15:59.</summary>
    private static bool IsOffset(ReadOnlySpan<byte> value)
    {
        if (value[0] == 'Z')
        {
            return value.Length == 1;
        }

        if (value.Length < 3 || !TryNumber(value[1..3], out var hour) || hour > 15)
        {
            return false;
        }

        var minutes = value[3..];
        minutes = !minutes.IsEmpty && minutes[0] == ':' ? minutes[1..] : minutes;
        return value.Length == 3 || (minutes.Length == 2 && TryNumber(minutes, out var minute) && minute <= 59);
    }

    private static bool IsBoolean(ReadOnlySpan<byte> value) => value.Length switch
    {
        4 => Ascii.EqualsIgnoreCase(value, "true"u8),
        5 => Ascii.EqualsIgnoreCase(value, "false"u8),
        _ => false,
    };

    /// <summary>True when the nearest DOUBLE is finite, and its shortest form has the same significant digits as the number.</summary>
    private static bool IsExactDouble(ReadOnlySpan<byte> magnitude, int whole, int fraction)
    {
        const int longest = 400;
        if (magnitude.Length > longest
            || !double.TryParse(magnitude, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed)
            || !double.IsFinite(parsed))
        {
            return false;
        }

        Span<byte> shortest = stackalloc byte[32];
        parsed.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture);
        Span<byte> ours = stackalloc byte[longest];
        Span<byte> theirs = stackalloc byte[longest];
        var ourCount = SignificantDigits(magnitude[..(whole + 1 + fraction)], ours);
        var theirCount = SignificantDigits(shortest[..length], theirs);
        return ours[..ourCount].SequenceEqual(theirs[..theirCount]);
    }

    /// <summary>The digits before an exponent, without the point and without leading and trailing zeros.</summary>
    private static int SignificantDigits(ReadOnlySpan<byte> number, Span<byte> digits)
    {
        var count = 0;
        foreach (var character in number)
        {
            if (character is (byte)'e' or (byte)'E')
            {
                break;
            }

            if (character is >= (byte)'0' and <= (byte)'9' && (count > 0 || character != '0'))
            {
                digits[count++] = character;
            }
        }

        while (count > 0 && digits[count - 1] == '0')
        {
            count--;
        }

        return count;
    }

    private static int CountDigits(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? value.Length : end;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            var value = (uint)(digit - '0');
            if (value > 9)
            {
                return false;
            }

            number = (number * 10) + (int)value;
        }

        return true;
    }
}
