using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Lakehouse.DuckDb;

/// <summary>
/// Values as the text that <c>CAST(x AS VARCHAR)</c> makes of them with the time zone UTC. Every method writes ASCII to the start of
/// its destination and returns the number of bytes; a destination of <see cref="SizeBytesMax"/> is always large enough.
/// </summary>
public static class DuckDbText
{
    /// <summary>The longest text that any of these methods writes, except for <see cref="WriteBits"/>.</summary>
    public const int SizeBytesMax = 96;

    private const long MicrosPerSecond = 1_000_000;
    private const long NanosPerSecond = 1_000_000_000;
    private const long SecondsPerDay = 86_400;

    /// <summary>A DATE in days since 1970-01-01, or <c>infinity</c> / <c>-infinity</c> (the ends of the range).</summary>
    public static int WriteDate(int days, Span<byte> to)
    {
        if (days == int.MaxValue || days == -int.MaxValue)
        {
            return WriteInfinity(days > 0, to);
        }

        var (year, month, day) = CivilFromDays(days);
        var isBeforeChrist = year <= 0;
        var length = WritePadded(isBeforeChrist ? 1 - year : year, 4, to);
        to[length++] = (byte)'-';
        length += WriteTwo(month, to[length..]);
        to[length++] = (byte)'-';
        length += WriteTwo(day, to[length..]);
        if (isBeforeChrist)
        {
            " (BC)"u8.CopyTo(to[length..]);
            length += 5;
        }

        return length;
    }

    /// <summary>A TIME in microseconds since midnight; 24:00:00 is a value.</summary>
    public static int WriteTime(long micros, Span<byte> to) => WriteClock(micros / MicrosPerSecond, micros % MicrosPerSecond, 6, to);

    /// <summary>A TIME_NS in nanoseconds since midnight.</summary>
    public static int WriteTimeNs(long nanos, Span<byte> to) => WriteClock(nanos / NanosPerSecond, nanos % NanosPerSecond, 9, to);

    /// <summary>A TIME WITH TIME ZONE: microseconds in the upper 40 bits, 57,599 minus the offset in seconds in the lower 24.</summary>
    public static int WriteTimeTz(ulong bits, Span<byte> to)
    {
        const int offsetMax = 57_599;
        var length = WriteTime((long)(bits >> 24), to);
        return length + WriteOffset(offsetMax - (int)(bits & 0xFFFFFF), to[length..]);
    }

    /// <summary>A TIMESTAMP, TIMESTAMP_S, TIMESTAMP_MS or TIMESTAMP_NS since 1970-01-01, or <c>infinity</c> / <c>-infinity</c>.</summary>
    /// <param name="ticks">The value.</param>
    /// <param name="ticksPerSecond">1, 1,000, 1,000,000 or 1,000,000,000.</param>
    /// <param name="to">The destination.</param>
    public static int WriteTimestamp(long ticks, long ticksPerSecond, Span<byte> to)
    {
        if (ticks == long.MaxValue || ticks == -long.MaxValue)
        {
            return WriteInfinity(ticks > 0, to);
        }

        var (seconds, fraction) = FloorDivide(ticks, ticksPerSecond);
        var (days, secondOfDay) = FloorDivide(seconds, SecondsPerDay);
        var length = WriteDate((int)days, to);
        to[length++] = (byte)' ';
        var digits = ticksPerSecond switch { 1 => 0, 1_000 => 3, MicrosPerSecond => 6, _ => 9 };
        return length + WriteClock(secondOfDay, fraction, digits, to[length..]);
    }

    /// <summary>A TIMESTAMP WITH TIME ZONE in microseconds, shown in UTC.</summary>
    public static int WriteTimestampTz(long micros, Span<byte> to)
    {
        var length = WriteTimestamp(micros, MicrosPerSecond, to);
        if (micros is not (long.MaxValue or -long.MaxValue))
        {
            "+00"u8.CopyTo(to[length..]);
            length += 3;
        }

        return length;
    }

    /// <summary>An INTERVAL: months, days and microseconds, each with a sign of its own.</summary>
    public static int WriteInterval(DuckDbInterval value, Span<byte> to)
    {
        var length = 0;
        WriteUnit(value.Months / 12, " year"u8, to, ref length);
        WriteUnit(value.Months % 12, " month"u8, to, ref length);
        WriteUnit(value.Days, " day"u8, to, ref length);
        if (value.Micros == 0)
        {
            if (length == 0)
            {
                "00:00:00"u8.CopyTo(to);
                length = 8;
            }

            return length;
        }

        if (length > 0)
        {
            to[length++] = (byte)' ';
        }

        if (value.Micros < 0)
        {
            to[length++] = (byte)'-';
        }

        // The absolute value as unsigned: the smallest long has no positive counterpart.
        var micros = value.Micros < 0 ? (ulong)(-(value.Micros + 1)) + 1 : (ulong)value.Micros;
        return length + WriteClock((long)(micros / MicrosPerSecond), (long)(micros % MicrosPerSecond), 6, to[length..]);
    }

    /// <summary>A UUID: 128 bits whose top bit is flipped, so that signed order is the order of the text.</summary>
    public static int WriteUuid(Int128 bits, Span<byte> to)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(bytes, bits ^ (Int128.One << 127));
        new Guid(bytes, bigEndian: true).TryFormat(to, out var length, "D");
        return length;
    }

    /// <summary>A DECIMAL: the integer <paramref name="unscaled"/> with its point moved <paramref name="scale"/> digits left.</summary>
    public static int WriteDecimal(Int128 unscaled, int scale, Span<byte> to)
    {
        if (scale == 0)
        {
            return WriteInt128(unscaled, to);
        }

        Span<byte> digits = stackalloc byte[48];
        var isNegative = Int128.IsNegative(unscaled);
        var count = WriteInt128(unscaled, digits);
        var magnitude = isNegative ? digits[1..count] : digits[..count];
        var length = 0;
        if (isNegative)
        {
            to[length++] = (byte)'-';
        }

        var whole = magnitude.Length - scale;
        if (whole > 0)
        {
            magnitude[..whole].CopyTo(to[length..]);
            length += whole;
        }
        else
        {
            to[length++] = (byte)'0';
        }

        to[length++] = (byte)'.';
        for (var zeros = whole; zeros < 0; zeros++)
        {
            to[length++] = (byte)'0';
        }

        var fraction = magnitude[Math.Max(whole, 0)..];
        fraction.CopyTo(to[length..]);
        return length + fraction.Length;
    }

    /// <summary>A HUGEINT, or the unscaled integer of a DECIMAL.</summary>
    public static int WriteInt128(Int128 value, Span<byte> to)
    {
        // Most values fit 64 bits, where formatting is many times faster.
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            Utf8Formatter.TryFormat((long)value, to, out var shortLength);
            return shortLength;
        }

        value.TryFormat(to, out var length, default, CultureInfo.InvariantCulture);
        return length;
    }

    /// <summary>A UHUGEINT.</summary>
    public static int WriteUInt128(UInt128 value, Span<byte> to)
    {
        value.TryFormat(to, out var length, default, CultureInfo.InvariantCulture);
        return length;
    }

    /// <summary>How many digits a BIT value has: byte 0 counts the unused bits at the start of byte 1.</summary>
    public static int CountBits(ReadOnlySpan<byte> value) => value.Length < 2 ? 0 : ((value.Length - 1) * 8) - value[0];

    /// <summary>A BIT value as <see cref="CountBits"/> digits of 0 and 1.</summary>
    public static int WriteBits(ReadOnlySpan<byte> value, Span<byte> to)
    {
        var count = CountBits(value);
        for (var i = 0; i < count; i++)
        {
            var bit = i + value[0];
            to[i] = (value[1 + (bit >> 3)] & (0x80 >> (bit & 7))) != 0 ? (byte)'1' : (byte)'0';
        }

        return count;
    }

    /// <summary>A BIGNUM: 3 bytes of header (sign and size), then the magnitude, most significant byte first; all bytes inverted when negative.</summary>
    public static BigInteger ReadBigNum(ReadOnlySpan<byte> value)
    {
        const int headerSizeBytes = 3;
        if (value.Length <= headerSizeBytes)
        {
            return BigInteger.Zero;
        }

        if ((value[0] & 0x80) != 0)
        {
            return new BigInteger(value[headerSizeBytes..], isUnsigned: true, isBigEndian: true);
        }

        var inverted = value[headerSizeBytes..].ToArray();
        for (var i = 0; i < inverted.Length; i++)
        {
            inverted[i] = (byte)~inverted[i];
        }

        return -new BigInteger(inverted, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>
    /// Howard Hinnant's civil_from_days (https://howardhinnant.github.io/date_algorithms.html), in 64 bits: proleptic Gregorian, year 0 is 1 BC.
    /// </summary>
    private static (long Year, int Month, int Day) CivilFromDays(long days)
    {
        days += 719_468;
        var (era, dayOfEra) = FloorDivide(days, 146_097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1_460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var shiftedMonth = ((5 * dayOfYear) + 2) / 153;
        var day = (int)(dayOfYear - (((153 * shiftedMonth) + 2) / 5)) + 1;
        var month = (int)(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9);
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, day);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (long Quotient, long Remainder) FloorDivide(long value, long divisor)
    {
        var quotient = value / divisor;
        var remainder = value - (quotient * divisor);
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder);
    }

    private static int WriteInfinity(bool isPositive, Span<byte> to)
    {
        var text = isPositive ? "infinity"u8 : "-infinity"u8;
        text.CopyTo(to);
        return text.Length;
    }

    /// <summary>Hours (as many digits as they need, at least two), minutes, seconds, and the fraction without its trailing zeros.</summary>
    private static int WriteClock(long seconds, long fraction, int fractionDigits, Span<byte> to)
    {
        var length = WritePadded(seconds / 3_600, 2, to);
        to[length++] = (byte)':';
        length += WriteTwo((int)(seconds / 60 % 60), to[length..]);
        to[length++] = (byte)':';
        length += WriteTwo((int)(seconds % 60), to[length..]);
        if (fraction == 0)
        {
            return length;
        }

        to[length++] = (byte)'.';
        while (fraction % 10 == 0)
        {
            fraction /= 10;
            fractionDigits--;
        }

        return length + WritePadded(fraction, fractionDigits, to[length..]);
    }

    /// <summary>An offset from UTC: hours, and minutes and seconds only where they are not zero.</summary>
    private static int WriteOffset(int seconds, Span<byte> to)
    {
        to[0] = seconds < 0 ? (byte)'-' : (byte)'+';
        seconds = Math.Abs(seconds);
        var length = 1 + WriteTwo(seconds / 3_600, to[1..]);
        var (minute, second) = (seconds / 60 % 60, seconds % 60);
        if (minute != 0 || second != 0)
        {
            to[length++] = (byte)':';
            length += WriteTwo(minute, to[length..]);
        }

        if (second != 0)
        {
            to[length++] = (byte)':';
            length += WriteTwo(second, to[length..]);
        }

        return length;
    }

    private static void WriteUnit(int value, ReadOnlySpan<byte> unit, Span<byte> to, ref int length)
    {
        if (value == 0)
        {
            return;
        }

        if (length > 0)
        {
            to[length++] = (byte)' ';
        }

        Utf8Formatter.TryFormat(value, to[length..], out var digits);
        length += digits;
        unit.CopyTo(to[length..]);
        length += unit.Length;
        if (value is not (1 or -1))
        {
            to[length++] = (byte)'s';
        }
    }

    private static int WritePadded(long value, int digits, Span<byte> to)
    {
        if (digits == 4 && value < 10_000)
        {
            WriteTwo((int)(value / 100), to);
            WriteTwo((int)(value % 100), to[2..]);
            return 4;
        }

        Utf8Formatter.TryFormat(value, to, out var length, new StandardFormat('D', (byte)digits));
        return length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteTwo(int value, Span<byte> to)
    {
        to[1] = (byte)('0' + (value % 10));
        to[0] = (byte)('0' + (value / 10));
        return 2;
    }
}
