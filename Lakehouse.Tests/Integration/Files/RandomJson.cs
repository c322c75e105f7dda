using System.Globalization;
using System.Text;

namespace Lakehouse.Tests.Integration.Files;

/// <summary>Writes a <see cref="RandomTable"/> as JSON of a random layout.</summary>
internal sealed class RandomJson
{
    /// <summary>The types that a file can have.</summary>
    public static readonly string[] Types =
    [
        "BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR", "VARCHAR", "DATE", "TIMESTAMP", "BIGINT[]", "VARCHAR[][]", "DOUBLE[]", "DATE[]", RandomColumn.Struct,
        RandomColumn.Struct + "[]",
    ];

    /// <summary>What texts may be made of.</summary>
    public static readonly string[] Pieces =
    [
        "a", "1", "\"", "'", ",", "\t", "\n", "\r\n", " ", "\\", "\\u0041", "{", "}", "[", "]", ":", "null", "NULL", "true", "2024-01-01", "é", "日", "😀",
        "e\u0301", "\u2028", "\u0001", "\u007F", "\uFFFD", "/",
    ];

    private readonly Random _random;
    private readonly bool _isPretty;
    private readonly string _before;
    private readonly string _between;
    private readonly string _after;
    private readonly Encoding _encoding;

    /// <summary>Takes a layout.</summary>
    public RandomJson(Random random)
    {
        _random = random;
        var lineEnd = random.Next(2) == 0 ? "\n" : "\r\n";
        var layout = random.Next(5);
        _isPretty = layout is 2 or 3;
        (_before, _between, _after) = layout switch
        {
            0 => (string.Empty, lineEnd, random.Next(2) == 0 ? lineEnd : string.Empty),
            1 => ("[", ",", "]"),
            2 => ($"[{lineEnd}", $",{lineEnd}", $"{lineEnd}]{lineEnd}"),
            3 => (string.Empty, lineEnd, lineEnd),
            _ => (string.Empty, string.Empty, string.Empty),
        };
        _encoding = random.Next(4) == 0 ? new UnicodeEncoding(random.Next(2) == 0, true) : new UTF8Encoding(random.Next(3) == 0);
        Layout = $"{layout}, {_encoding.WebName}";
    }

    /// <summary>The layout, for a message.</summary>
    public string Layout { get; }

    /// <summary>Writes a table.</summary>
    public byte[] Write(RandomTable table)
    {
        var rows = Enumerable.Range(0, table.RowCount).Select(row =>
        {
            // Members of the first row are in order, because they give the order of the columns.
            var members = table.Columns.Select(c => (c.Name, Value: c.Values[row], IsText: c.Type == "VARCHAR")).ToArray();
            if (row > 0)
            {
                _random.Shuffle(members);
            }

            return Braces(members.Where(m => m.Value is not null || _random.Next(2) == 0)
                .Select(m => Member(m.Name, m.Value is null && !m.IsText && _random.Next(3) == 0 ? "\"\"" : ValueOf(m.Value))));
        });
        return [.. _encoding.GetPreamble(), .. _encoding.GetBytes(_before + string.Join(_between, rows) + _after)];
    }

    private string ValueOf(object? value) => value switch
    {
        null => "null",
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        double number => NumberOf(number),
        bool flag => flag ? "true" : "false",
        DateOnly day => $"\"{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}\"",
        DateTime time => $"\"{time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture)}\"",
        string text => Text(text),
        IReadOnlyList<object?> list => $"[{string.Join($",{Blank()}", list.Select(ValueOf))}]",
        _ => Braces(((IEnumerable<(string Name, object? Value)>)value).Select(m => Member(m.Name, ValueOf(m.Value)))),
    };

    private string NumberOf(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny(".E") >= 0 ? text : _random.Next(2) == 0 ? text + ".0" : text + "e0";
    }

    private string Member(string name, string value) => $"{Text(name)}{Blank()}:{Blank()}{value}";

    private string Braces(IEnumerable<string> members) => $"{{{Blank()}{string.Join($",{Blank()}", members)}{Blank()}}}";

    private string Blank() => _isPretty ? "\n  " : _random.Next(8) == 0 ? " " : string.Empty;

    private string Text(string text)
    {
        var written = new StringBuilder("\"");
        foreach (var unit in text)
        {
            written.Append(unit switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '/' when _random.Next(2) == 0 => "\\/",
                _ when unit < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => $"{unit}",
            });
        }

        // A text as a whole is escaped or not, so that pairs of surrogates stay together.
        return _random.Next(6) > 0 ? written.Append('"').ToString()
            : $"\"{string.Concat(text.Select(u => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)u:X4}")))}\"";
    }
}
