using System.Globalization;
using System.Text;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>Writes a <see cref="RandomTable"/> as CSV of a random dialect, and says that dialect as options.</summary>
internal sealed class RandomCsv
{
    /// <summary>The types that a file can have.</summary>
    public static readonly string[] Types = ["BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR", "VARCHAR", "DATE", "TIMESTAMP"];

    private static readonly string[] Plain = ["a", "1", "0", ".", "-", "true", "2024-01-01", "e5", "00", "NULL", "!", "x y"];
    private static readonly string[] Nasty =
        ["\"", "'", ",", ";", "\t", "|", "^", "~", "\\", "#", "%", "\n", "\r", "\r\n", " ", "NA", "\"\"", "\\\"", "\\n", "\u0001", "(1 rows)"];

    private readonly Random _random;
    private readonly char _delimiter;
    private readonly char? _quote;
    private readonly bool _hasBackslash;
    private readonly char? _comment;
    private readonly string _lineEnd;
    private readonly bool _trims;
    private readonly bool _hasTrailing;
    private readonly bool _hasHeader;
    private readonly bool _hasNa;
    private readonly char _point = '.';
    private readonly char? _group;
    private readonly bool _hasDayFormat;
    private readonly Encoding _encoding;

    /// <summary>Takes a dialect.</summary>
    public RandomCsv(Random random)
    {
        _random = random;
        _delimiter = ",;\t|^~ "[random.Next(7)];
        _quote = random.Next(5) switch { 0 => null, 1 or 2 => '\'', _ => '"' };
        _hasBackslash = _quote is not null && random.Next(3) == 0;
        _comment = random.Next(3) == 0 ? "#%"[random.Next(2)] : null;
        _lineEnd = random.Next(2) == 0 ? "\n" : "\r\n";
        _trims = _delimiter != ' ' && random.Next(4) == 0;
        _hasHeader = random.Next(3) > 0;
        _hasTrailing = _hasHeader && random.Next(4) == 0;
        _hasNa = random.Next(3) == 0;
        _hasDayFormat = random.Next(3) == 0;
        Say("delimiter", _delimiter == ' ' ? "space" : _delimiter == '\t' ? "tab" : $"{_delimiter}");
        Say("quote", _quote switch { null => "none", '\'' => "single", _ => random.Next(2) == 0 ? "\"" : null });
        Say("escape", _hasBackslash ? "backslash" : null);
        Say("comment", _comment is null ? null : $"{_comment}");
        Say("trim", _trims ? "true" : null);
        Say("trailing", _hasTrailing ? "ignore" : null);
        Say("null", _hasNa ? "NA" : null);
        Say("date_format", _hasDayFormat ? "%d.%m.%Y" : null);
        if (random.Next(3) == 0 || _delimiter == ';')
        {
            _point = random.Next(2) == 0 ? ',' : '.';
            Say("decimal", $"{_point}");
            _group = random.Next(2) == 0 ? null : _point == '.' ? ",_'"[random.Next(3)] : ". '"[random.Next(3)];
            Say("thousands", _group switch { null => null, ' ' => "space", var group => $"{group}" });
        }

        var isOther = random.Next(2) == 0;
        (string? Name, Encoding Encoding, string[] More) encoding = random.Next(7) switch
        {
            0 => ("utf-16le", new UnicodeEncoding(false, false), ["é", "日", "😀"]),
            1 => ("utf-16be", new UnicodeEncoding(true, false), ["é", "日", "😀"]),
            2 => (null, new UnicodeEncoding(isOther, true), ["é", "日", "😀"]),
            3 => ("latin-1", Encoding.Latin1, ["é", "ÿ", "\u00A0"]),
            4 => ("windows-1252", CodePagesEncodingProvider.Instance.GetEncoding(1252)!, ["é", "€", "“"]),
            _ => (null, new UTF8Encoding(isOther), ["é", "日", "😀", "e\u0301", "\u2028", "\uFFFD"]),
        };
        _encoding = encoding.Encoding;
        Say("encoding", encoding.Name);
        Pieces = [.. Plain, .. encoding.More, .. _quote is null ? [] : Nasty];
    }

    /// <summary>What texts may be made of.</summary>
    public IReadOnlyList<string> Pieces { get; }

    /// <summary>The options that say the dialect.</summary>
    public Dictionary<string, string> Options { get; } = [];

    /// <summary>Writes a table. Without quotes, its texts must not be those that need them: see <see cref="CanWrite"/>.</summary>
    public byte[] Write(RandomTable table)
    {
        var text = new StringBuilder();
        if (_hasHeader)
        {
            WriteRecord(text, [.. table.Columns.Select(c => (object)c.Name)]);
        }
        else
        {
            Say("header", "false");
            Say("columns", string.Join(',', table.Columns.Select(c => c.Name)));
        }

        for (var row = 0; row < table.RowCount; row++)
        {
            if (_comment is not null && _random.Next(6) == 0)
            {
                text.Append(_comment).Append(" a \" comment; with, everything").Append(_lineEnd);
            }

            WriteRecord(text, [.. table.Columns.Select(c => c.Values[row])]);
        }

        if (_random.Next(4) == 0)
        {
            text.Length -= _lineEnd.Length;
        }

        return [.. _encoding.GetPreamble(), .. _encoding.GetBytes(text.ToString())];
    }

    /// <summary>Whether every value can be written in this dialect.</summary>
    public bool CanWrite(RandomTable table) =>
        _quote is not null || table.Columns.All(c => !NeedsQuotes(c.Name, true) && c.Values.Select(TextOf).All(CanBePlain));

    private bool CanBePlain(string? text) => text is null || (text.Length > 0 && !NeedsQuotes(text, true));

    private void Say(string name, string? value)
    {
        if (value is not null)
        {
            Options[name] = value;
        }
    }

    private void WriteRecord(StringBuilder text, IReadOnlyList<object?> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            text.Append(i == 0 ? string.Empty : $"{_delimiter}").Append(FieldOf(values[i], isFirst: i == 0));
        }

        text.Append(_hasTrailing ? $"{_delimiter}" : string.Empty).Append(_lineEnd);
    }

    private string FieldOf(object? value, bool isFirst)
    {
        var written = TextOf(value) ?? (_hasNa && _random.Next(2) == 0 ? "NA" : string.Empty);
        if (value is not null && _quote is { } quote && (NeedsQuotes(written, isFirst) || written.Length == 0 || _random.Next(4) == 0))
        {
            var inner = _hasBackslash
                ? written.Replace("\\", "\\\\", StringComparison.Ordinal).Replace($"{quote}", $"\\{quote}", StringComparison.Ordinal)
                : written.Replace($"{quote}", $"{quote}{quote}", StringComparison.Ordinal);
            return $"{quote}{inner}{quote}";
        }

        return _trims ? new string(' ', _random.Next(3)) + written + new string(' ', _random.Next(3)) : written;
    }

    private bool NeedsQuotes(string text, bool isFirst) =>
        text.Contains(_delimiter, StringComparison.Ordinal) || text.AsSpan().IndexOfAny("\r\n") >= 0
        || (_quote is { } quote && text.Contains(quote, StringComparison.Ordinal)) || (_hasNa && text == "NA")
        || (_trims && text.Trim() != text) || (isFirst && _comment is { } comment && text.StartsWith(comment));

    private string? TextOf(object? value) => value switch
    {
        null => null,
        long whole => Grouped(whole.ToString(CultureInfo.InvariantCulture)),
        double number => NumberOf(number),
        bool flag => _random.Next(2) == 0 ? (flag ? "true" : "false") : flag ? "TRUE" : "False",
        DateOnly day => day.ToString(_hasDayFormat ? "dd.MM.yyyy" : "yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => time.ToString(
            _delimiter == ' ' || _random.Next(2) == 0 ? "yyyy-MM-ddTHH:mm:ss.FFFFFF" : "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        _ => (string)value,
    };

    private string NumberOf(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var exponent = text.IndexOf('E', StringComparison.Ordinal) is var at && at < 0 ? string.Empty : text[at..];
        var digits = text[..^exponent.Length];
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var (whole, fraction) = point < 0 ? (digits, "0") : (digits[..point], digits[(point + 1)..]);
        return $"{Grouped(whole)}{_point}{fraction}{exponent}";
    }

    private string Grouped(string digits)
    {
        if (_group is null || digits.TrimStart('-').Length <= 3)
        {
            return digits;
        }

        var text = new StringBuilder(digits);
        for (var at = digits.Length - 3; at > (digits[0] == '-' ? 1 : 0); at -= 3)
        {
            text.Insert(at, _group.Value);
        }

        return text.ToString();
    }
}
