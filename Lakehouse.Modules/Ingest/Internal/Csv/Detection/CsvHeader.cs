using System.Globalization;
using System.Text;
using Lakehouse.Core.Errors;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Values;

namespace Lakehouse.Ingest.Internal.Csv.Detection;

/// <summary>Finds the names of the columns, and refuses a record that cannot be a header.</summary>
internal static class CsvHeader
{
    private const int NameLengthMax = 1_024;

    /// <summary>Returns the names, and whether the first record is the header; if not, it is data.</summary>
    /// <param name="first">The fields of the first record.</param>
    /// <param name="line">Its line, from 1.</param>
    /// <param name="options">What was told about the header and the names.</param>
    /// <param name="columnsMax">The most columns allowed.</param>
    /// <param name="next">The fields of some records after it.</param>
    public static (string[] Names, bool HasHeader) Read(string[] first, long line, ReadOptions options, int columnsMax, IReadOnlyList<string[]> next)
    {
        var found = Array.ConvertAll(first, f => f.Trim());
        if (found.Length > columnsMax)
        {
            throw At(line, "csv_too_many_columns", $"the first line has {found.Length} columns, at most {columnsMax} are allowed");
        }

        var hasHeader = options.Columns is { } told ? HasHeader(found, told, line, options.Header) : options.Header is not HeaderMode.False;
        if (options.Columns is null && options.Header is HeaderMode.Auto && (Array.Find(found, LooksLikeData) ?? FindOfSameForm(found, next)) is { } value)
        {
            throw At(
                line,
                "csv_no_header",
                $"the first line does not look like a header, because it holds the value '{value}'. Put the names of the columns in the first line, or say "
                + "header=true if these are the names, header=false if there are none, or skip= if the header comes later");
        }

        string[] names = options.Columns is not null && (!hasHeader || options.Header is HeaderMode.Names) ? [.. options.Columns]
            : hasHeader ? found
            : [.. Enumerable.Range(1, found.Length).Select(i => string.Create(CultureInfo.InvariantCulture, $"column{i}"))];
        if (options.CleanNames)
        {
            Clean(names);
        }

        RequireNames(names, line);
        return (names, hasHeader);
    }

    /// <summary>
    /// A number in any form, a date, a time or a boolean is data. An exception is a year, because <c>country,2023,2024</c> is a header.
    /// </summary>
    public static bool LooksLikeData(string name)
    {
        if (name.Length == 0)
        {
            return false;
        }

        var kind = ValueForm.Classify(Encoding.UTF8.GetBytes(name), ColumnKind.Unknown, out var integer);
        return kind == ColumnKind.Integer ? integer is < 1_800 or > 2_199 : kind is not ColumnKind.Text || IsNumberOrDay(name);
    }

    /// <summary>
    /// A year or a month at the head of a column of years or months: the first record is one of them. <c>country,2023,2024</c> has other numbers below.
    /// </summary>
    private static string? FindOfSameForm(string[] first, IReadOnlyList<string[]> next)
    {
        return next.Count == 0 ? null : Enumerable.Range(0, first.Length).Where(i => IsPeriod(first[i])).Select(i => first[i]).FirstOrDefault(
            name => Array.IndexOf(first, name) is var i && next.All(r => i < r.Length && r[i].Trim().Length == name.Length && IsPeriod(r[i].Trim())));

        // 2024, 2024-01, 2024-Q1
        static bool IsPeriod(string text) =>
            text.Length is 4 or 7 && text[..4].All(char.IsAsciiDigit) && int.Parse(text.AsSpan(0, 4), CultureInfo.InvariantCulture) is >= 1_800 and <= 2_199
            && (text.Length == 4 || (text[4] is '-' or '/' && char.IsAsciiDigit(text[6]) && (char.IsAsciiDigit(text[5]) || text[5] is 'Q' or 'q')));
    }

    /// <summary><c>007</c>, <c>1.234,50</c>, <c>+1</c>, <c>01/31/2024</c>: digits with what stands between them in numbers and days.</summary>
    private static bool IsNumberOrDay(string name)
    {
        var rest = name[0] is '+' or '-' ? name[1..] : name;
        var isNumber = rest.Length > 0 && char.IsAsciiDigit(rest[0]) && rest.All(c => char.IsAsciiDigit(c) || c is '.' or ',' or '\'');
        var parts = rest.Split(' ')[0].Split('/', '.', '-');
        return isNumber || (parts.Length == 3 && parts.All(p => p.Length is 1 or 2 or 4 && p.All(char.IsAsciiDigit)));
    }

    /// <summary>Whether the first record is a header, where the names were told.</summary>
    private static bool HasHeader(string[] found, IReadOnlyList<string> told, long line, HeaderMode mode)
    {
        if (found.Length != told.Count)
        {
            throw At(line, "csv_columns_differ", $"{found.Length} fields, and columns= has {told.Count} names. Is delimiter= right?");
        }

        if (mode is HeaderMode.False or HeaderMode.Names)
        {
            return mode is HeaderMode.Names;
        }

        var other = Array.Find(found, f => !told.Contains(f, StringComparer.OrdinalIgnoreCase));
        if (other is null)
        {
            return true;
        }

        return mode is HeaderMode.Auto && Array.Exists(found, LooksLikeData) ? false : throw At(
            line,
            "csv_columns_differ",
            $"the first line has '{other}', which columns= does not name. Say header=names if this line is a header whose names are to be replaced, or "
            + "header=false if it is data");
    }

    /// <summary>Names those that have no name by their position, and gives those that come again a number.</summary>
    private static void Clean(string[] names)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i].Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"column{i + 1}") : names[i];
            names[i] = name;
            for (var again = 2; !seen.Add(names[i]); again++)
            {
                names[i] = string.Create(CultureInfo.InvariantCulture, $"{name}_{again}");
            }
        }
    }

    private static void RequireNames(string[] names, long line)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i];
            if (name.Length == 0)
            {
                throw At(
                    line,
                    "csv_empty_column_name",
                    $"column {i + 1} of the header has no name. Say names=clean to have it named column{i + 1}"
                    + (i == names.Length - 1 ? ", or trailing=ignore if every line ends with a delimiter" : string.Empty));
            }

            if (name.Length > NameLengthMax || name.Any(char.IsControl))
            {
                throw At(
                    line,
                    "csv_bad_column_name",
                    $"the name of column {i + 1} holds a control character or has more than {NameLengthMax} characters. Is a quote not closed?");
            }

            if (!seen.TryAdd(name, i))
            {
                throw At(
                    line,
                    "csv_duplicate_column",
                    $"columns {seen[name] + 1} and {i + 1} of the header are both called '{name}' (SQL does not tell upper from lower case). Say names=clean "
                    + $"to have the second one called {name}_2");
            }
        }
    }

    private static LakehouseException At(long line, string code, string what) => TextErrors.At([], 0, line, code, what);
}
