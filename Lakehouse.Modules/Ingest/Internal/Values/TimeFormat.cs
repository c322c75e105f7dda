using System.Text;
using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest.Internal.Values;

/// <summary>
/// A form of dates or timestamps in the specifiers of DuckDB's <c>strptime</c>. It accepts no text that the engine would refuse, so that a column gets a type
/// only when all of its values can be converted.
/// </summary>
internal sealed class TimeFormat
{
    private static readonly string[] Months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly string[] Days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    private readonly List<(char Kind, byte[] Text)> _parts = [];

    private TimeFormat(string text) => Text = text;

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a form.</summary>
    /// <param name="option">The name of the option, for the error.</param>
    /// <param name="text">The form.</param>
    /// <param name="hasTime">Whether it must have hours; if not, it must have none.</param>
    /// <exception cref="LakehouseException"><c>invalid_option</c> (<see cref="ErrorKind.InvalidInput"/>).</exception>
    public static TimeFormat Parse(string option, string text, bool hasTime)
    {
        var format = new TimeFormat(text);
        var kinds = new HashSet<char>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                format._parts.Add(('\0', Encoding.UTF8.GetBytes(text[i..(i + 1)])));
                continue;
            }

            i += i + 1 < text.Length && text[i + 1] == '-' ? 2 : 1;
            var kind = i < text.Length ? text[i] : '\0';
            if (kind == '%')
            {
                format._parts.Add(('\0', "%"u8.ToArray()));
            }
            else if ("YymdbBHIMSfpaA".Contains(kind, StringComparison.Ordinal))
            {
                if (!kinds.Add(kind))
                {
                    throw IngestErrors.Option(option, $"'{text}' has %{kind} twice");
                }

                format._parts.Add((kind, []));
            }
            else
            {
                throw IngestErrors.Option(
                    option, $"'{text}' has %{kind}, which is not taken; there are %Y %y %m %b %B %d %H %I %p %M %S %f %a %A, e.g. %d.%m.%Y");
            }
        }

        foreach (var same in (string[])["Yy", "mbB", "aA", "HI"])
        {
            if (same.Count(kinds.Contains) > 1)
            {
                var twice = string.Join(" and ", same.Where(kinds.Contains).Select(k => $"%{k}"));
                throw IngestErrors.Option(option, $"'{text}' says the same part twice: {twice}");
            }
        }

        if (kinds.Contains('p') != kinds.Contains('I'))
        {
            throw IngestErrors.Option(option, $"'{text}' has %I without %p, or %p without %I; %H is the hour of 24");
        }

        if (text.StartsWith(' '))
        {
            throw IngestErrors.Option(option, $"'{text}' begins with a blank; say trim=true");
        }

        var hasDate = kinds.Overlaps("Yy") && kinds.Overlaps("mbB") && kinds.Contains('d');
        var hasClock = kinds.Contains('H') || (kinds.Contains('I') && kinds.Contains('p'));
        return !hasDate ? throw IngestErrors.Option(option, $"'{text}' lacks the year (%Y), the month (%m) or the day (%d)")
            : hasTime && !hasClock ? throw IngestErrors.Option(option, $"'{text}' lacks the hour (%H, or %I with %p); for days there is date_format")
            : !hasTime && kinds.Overlaps("HIMSfp") ? throw IngestErrors.Option(option, $"'{text}' has a time of the day; for those there is timestamp_format")
            : format;
    }

    /// <summary>Whether a text has this form and is a day, and a time of the day, that there is.</summary>
    public bool Accepts(ReadOnlySpan<byte> value)
    {
        var (position, year, month, day, hour, isShort) = (0, -1, -1, -1, -1, false);
        foreach (var (kind, text) in _parts)
        {
            switch (kind)
            {
                case '\0':
                    if (!value[position..].StartsWith(text))
                    {
                        return false;
                    }

                    position += text.Length;
                    break;
                case 'Y':
                    if (!TryNumber(value, ref position, 4, 4, out year))
                    {
                        return false;
                    }

                    break;
                case 'y':
                    if (!TryNumber(value, ref position, 2, 2, out year))
                    {
                        return false;
                    }

                    year += year < 69 ? 2_000 : 1_900;
                    break;
                case 'b' or 'B':
                    if (!TryName(value, ref position, Months, kind == 'b' ? 3 : 0, out month))
                    {
                        return false;
                    }

                    break;
                case 'a' or 'A':
                    if (!TryName(value, ref position, Days, kind == 'a' ? 3 : 0, out _))
                    {
                        return false;
                    }

                    break;
                case 'p':
                    if (position + 2 > value.Length || (value[position] | 0x20) is not ((byte)'a' or (byte)'p') || (value[position + 1] | 0x20) != 'm')
                    {
                        return false;
                    }

                    position += 2;
                    break;
                case 'f':
                    if (!TryNumber(value, ref position, 1, 6, out _))
                    {
                        return false;
                    }

                    break;
                default:
                    if (!TryNumber(value, ref position, 1, 2, out var number)
                        || (kind == 'H' && number > 23) || (kind == 'I' && number is < 1 or > 12) || (kind is 'M' or 'S' && number > 59))
                    {
                        return false;
                    }

                    (month, day, hour) = (kind == 'm' ? number : month, kind == 'd' ? number : day, kind is 'H' or 'I' ? number : hour);
                    isShort |= kind == 'I';
                    break;
            }
        }

        return position == value.Length && year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
    }

    private static bool TryNumber(ReadOnlySpan<byte> value, ref int position, int digitsMin, int digitsMax, out int number)
    {
        var start = position;
        number = 0;
        while (position < value.Length && position - start < digitsMax && char.IsAsciiDigit((char)value[position]))
        {
            number = (number * 10) + value[position++] - '0';
        }

        return position - start >= digitsMin;
    }

    /// <summary>A name in any letter case. <paramref name="length"/> 0: the whole name.</summary>
    private static bool TryName(ReadOnlySpan<byte> value, ref int position, string[] names, int length, out int number)
    {
        for (number = 1; number <= names.Length; number++)
        {
            var name = length == 0 ? names[number - 1] : names[number - 1][..length];
            if (position + name.Length <= value.Length && Ascii.EqualsIgnoreCase(value.Slice(position, name.Length), name))
            {
                position += name.Length;
                return true;
            }
        }

        return false;
    }
}
