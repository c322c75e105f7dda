using System.Text;

namespace Lakehouse.Tests.Fixtures;

/// <summary>
/// A file of sqllogictest: records, which end with an empty line, and comments after #. A record is <c>statement ok</c>, <c>statement error REGEX</c> or
/// <c>query TYPES [nosort|rowsort|valuesort] [LABEL]</c>, then the statement, then for a query <c>----</c> and the rows, their values separated by tabs.
/// Queries with one label have the same rows.
/// <para>
/// Types: I a whole number, R another number, T a text, J JSON. NULL is <c>NULL</c>, the empty text <c>(empty)</c>; in texts stand <c>\n \r \t \\</c>, and
/// <c>\NULL</c> for the text NULL.
/// </para>
/// <para>
/// Before a record can stand <c>skipif FORMAT ...</c> or <c>onlyif FORMAT ...</c>, which name formats of the answer, and <c>params JSON</c>. The record
/// <c>dataset NAME</c> ingests the CSV that follows.
/// </para>
/// </summary>
public static class SqlLogicFile
{
    private static readonly string Folder = Repository.File("Lakehouse.Tests", "TestData", "slt");

    /// <summary>The names of the files, without the extension.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.slt").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    /// <summary>Reads a file.</summary>
    public static IReadOnlyList<SqlLogicRecord> Read(string name) => Parse(name, File.ReadAllLines(Path.Combine(Folder, name + ".slt")));

    /// <summary>Reads the lines of a file.</summary>
    public static IReadOnlyList<SqlLogicRecord> Parse(string name, IReadOnlyList<string> lines)
    {
        var records = new List<SqlLogicRecord>();
        var next = new SqlLogicRecord();
        for (var at = 0; at < lines.Count; at++)
        {
            if (lines[at].Length == 0 || lines[at].StartsWith('#'))
            {
                continue;
            }

            var words = lines[at].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words[0])
            {
                case "skipif":
                    next = next with { Skipped = words[1..] };
                    continue;
                case "onlyif":
                    next = next with { Only = words[1..] };
                    continue;
                case "params":
                    next = next with { Parameters = lines[at]["params ".Length..] };
                    continue;
            }

            var start = at;
            var block = lines.Skip(at + 1).TakeWhile(l => l.Length > 0).ToList();
            at += block.Count;
            records.Add(Parse(next with { Place = $"{name}.slt:{start + 1}" }, lines[start], words, block));
            next = new SqlLogicRecord();
        }

        return records;
    }

    private static SqlLogicRecord Parse(SqlLogicRecord start, string head, string[] words, List<string> block)
    {
        var text = string.Join('\n', block);
        switch (words)
        {
            case ["dataset", var name]:
                return start with { Dataset = name, Sql = text + "\n" };
            case ["statement", "ok"]:
                return start with { Sql = text };
            case ["statement", "error", ..]:
                return start with { Sql = text, Error = head["statement error".Length..].Trim() };
            case ["query", var types, ..]:
                var rows = block.IndexOf("----");
                var sort = words.Length > 2 ? words[2] : "nosort";
                if (rows < 0 || types.Any(t => !"IRTJ".Contains(t, StringComparison.Ordinal)) || sort is not ("nosort" or "rowsort" or "valuesort"))
                {
                    throw new InvalidDataException($"{start.Place}: '{head}' is not a query with types of I, R, T, J, an order, and rows after ----");
                }

                return start with
                {
                    Sql = string.Join('\n', block.Take(rows)),
                    Types = types,
                    Sort = sort,
                    Label = words.Length > 3 ? words[3] : null,
                    Rows = [.. block.Skip(rows + 1).Select(l => (IReadOnlyList<string?>)[.. l.Split('\t').Select(Unescape)])],
                };
            default:
                throw new InvalidDataException($"{start.Place}: '{head}' is no record");
        }
    }

    private static string? Unescape(string value)
    {
        if (value is "NULL" or "(empty)")
        {
            return value == "NULL" ? null : string.Empty;
        }

        var text = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\')
            {
                text.Append(value[i]);
                continue;
            }

            i++;
            text.Append(value[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
        }

        return text.ToString();
    }
}

/// <summary>A record of a <see cref="SqlLogicFile"/>.</summary>
public sealed record SqlLogicRecord
{
    /// <summary>The file and the line.</summary>
    public string Place { get; init; } = string.Empty;

    /// <summary>The statement, or the CSV of a dataset.</summary>
    public string Sql { get; init; } = string.Empty;

    public IReadOnlyList<string> Skipped { get; init; } = [];

    public IReadOnlyList<string> Only { get; init; } = [];

    public string? Parameters { get; init; }

    public string? Dataset { get; init; }

    /// <summary>The regular expression of the expected error; null where none is.</summary>
    public string? Error { get; init; }

    /// <summary>The types of a query; null for other records.</summary>
    public string? Types { get; init; }

    public string Sort { get; init; } = "nosort";

    public string? Label { get; init; }

    public IReadOnlyList<IReadOnlyList<string?>> Rows { get; init; } = [];

    public bool IsFor(string format) => !Skipped.Contains(format) && (Only.Count == 0 || Only.Contains(format));

    /// <summary>Rows as they are compared: in one spelling, in order.</summary>
    public IReadOnlyList<string> Compared(IReadOnlyList<IReadOnlyList<string?>> rows)
    {
        var values = rows.Select(row => row.Select((value, i) => Canonical(value, i < Types!.Length ? Types[i] : 'T')).ToList());
        var lines = Sort == "valuesort" ? values.SelectMany(row => row) : values.Select(row => string.Join('\t', row));
        return Sort == "nosort" ? [.. lines] : [.. lines.Order(StringComparer.Ordinal)];
    }

    private static string Canonical(string? value, char type) => (value, type) switch
    {
        (null, _) => "NULL",
        ("NULL", _) => "\\NULL",
        (_, 'R') => CanonicalText.OfNumber(value),
        (_, 'J') => CanonicalText.OfJson(value),
        _ => value,
    };
}
