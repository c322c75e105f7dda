using System.Globalization;
using System.Text.RegularExpressions;

namespace Lakehouse.Core.Toml;

/// <summary>Reads booleans, numbers, dates and times.</summary>
internal static partial class TomlScalar
{
    /// <summary>The value of <paramref name="word"/>, or null when it is not a value.</summary>
    public static object? Parse(ReadOnlySpan<char> word)
    {
        switch (word)
        {
            case "true":
                return true;
            case "false":
                return false;
            case "inf" or "+inf":
                return double.PositiveInfinity;
            case "-inf":
                return double.NegativeInfinity;
            case "nan" or "+nan" or "-nan":
                return double.NaN;
        }

        var text = word.ToString();
        if (DecimalInteger().IsMatch(text))
        {
            return long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                ? value
                : null;
        }

        if (PrefixedInteger().Match(text) is { Success: true } prefixed)
        {
            return ParsePrefixed(text[1], prefixed.Groups["digits"].Value.Replace("_", "", StringComparison.Ordinal));
        }

        if (Float().IsMatch(text))
        {
            return double.Parse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture);
        }

        return ParseTemporal(text);
    }

    private static long? ParsePrefixed(char radix, string digits)
    {
        var bits = radix switch { 'x' => 4, 'o' => 3, _ => 1 };
        long value = 0;
        foreach (var digit in digits)
        {
            if (value >> (63 - bits) != 0)
            {
                return null;
            }

            value = (value << bits) | (uint)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }

    private static TomlTemporal? ParseTemporal(string text)
    {
        var match = Temporal().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var date = match.Groups["date"];
        var time = match.Groups["time"];
        var offset = match.Groups["offset"];
        if ((date.Success && !IsDate(date.ValueSpan))
            || (time.Success && !IsTime(time.ValueSpan))
            || (offset.Success && (!date.Success || !IsOffset(offset.ValueSpan)))
            || (date.Success && time.Success != match.Groups["separator"].Success)
            || (!date.Success && match.Groups["separator"].Success))
        {
            return null;
        }

        return (date.Success, time.Success, offset.Success) switch
        {
            (true, true, true) => new(TomlTemporalKind.OffsetDateTime, $"{date.Value}T{time.Value}{offset.Value.ToUpperInvariant()}"),
            (true, true, false) => new(TomlTemporalKind.LocalDateTime, $"{date.Value}T{time.Value}"),
            (true, false, false) => new(TomlTemporalKind.LocalDate, date.Value),
            (false, true, false) => new(TomlTemporalKind.LocalTime, time.Value),
            _ => null,
        };
    }

    private static bool IsDate(ReadOnlySpan<char> text)
    {
        var (year, month, day) = (Number(text[..4]), Number(text[5..7]), Number(text[8..10]));
        return month is >= 1 and <= 12
            && day >= 1
            && day <= (year == 0 ? DateTime.DaysInMonth(2000, month) : DateTime.DaysInMonth(year, month));
    }

    /// <summary>A second of 60 is a leap second (RFC 3339, section 5.6).</summary>
    private static bool IsTime(ReadOnlySpan<char> text) =>
        Number(text[..2]) <= 23 && Number(text[3..5]) <= 59 && Number(text[6..8]) <= 60;

    private static bool IsOffset(ReadOnlySpan<char> text) =>
        text.Length == 1 || (Number(text[1..3]) <= 23 && Number(text[4..6]) <= 59);

    private static int Number(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex("^[+-]?(0|[1-9](_?[0-9])*)\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DecimalInteger();

    [GeneratedRegex(
        "^0(x(?<digits>[0-9A-Fa-f](_?[0-9A-Fa-f])*)|o(?<digits>[0-7](_?[0-7])*)|b(?<digits>[01](_?[01])*))\\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex PrefixedInteger();

    [GeneratedRegex(
        "^[+-]?(0|[1-9](_?[0-9])*)(\\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?\\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Float();

    [GeneratedRegex(
        "^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})?(?<separator>[Tt ])?(?<time>[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?)?(?<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})?\\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Temporal();
}
