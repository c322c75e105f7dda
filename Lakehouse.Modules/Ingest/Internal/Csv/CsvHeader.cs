using System.Text;
using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest.Internal.Csv;

/// <summary>Reads the first record as the names of the columns, and refuses a record that cannot be a header.</summary>
internal static class CsvHeader
{
    private const int NameLengthMax = 1_024;

    /// <summary>Returns the names, without the spaces around them.</summary>
    /// <param name="data">The start of the file, after a byte order mark.</param>
    /// <param name="delimiter">The delimiter of the names.</param>
    /// <param name="isFinal">True when the file ends with <paramref name="data"/>.</param>
    /// <param name="columnsMax">The most columns allowed.</param>
    /// <param name="isAnyAllowed">True to take the first record as the names, even when it looks like data.</param>
    /// <param name="size">The bytes of the header with its end of line; 0 when it does not end within <paramref name="data"/>.</param>
    public static string[] Read(ReadOnlySpan<byte> data, byte delimiter, bool isFinal, int columnsMax, bool isAnyAllowed, out int size)
    {
        var fields = new List<CsvField>();
        size = CsvRecord.Read(data, delimiter, isFinal, fields);
        if (size == 0)
        {
            return [];
        }

        var names = fields.ConvertAll(f => f.Text.Trim()).ToArray();
        if (names.Length > columnsMax)
        {
            throw At("csv_too_many_columns", $"the header has {names.Length} columns, at most {columnsMax} are allowed");
        }

        if (!isAnyAllowed && Array.Find(names, LooksLikeData) is { } value)
        {
            throw At(
                "csv_no_header",
                $"the first line does not look like a header, because it holds the value '{value}'. Put the names of the columns in the first line, or say "
                + "header=true if these are the names");
        }

        RequireNames(names);
        return names;
    }

    private static void RequireNames(string[] names)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i];
            if (name.Length == 0)
            {
                throw At("csv_empty_column_name", $"column {i + 1} of the header has no name");
            }

            if (name.Length > NameLengthMax || name.Any(char.IsControl))
            {
                throw At(
                    "csv_bad_column_name",
                    $"the name of column {i + 1} holds a control character or has more than {NameLengthMax} characters; is a quote not closed?");
            }

            if (!seen.TryAdd(name, i))
            {
                throw At(
                    "csv_duplicate_column",
                    $"columns {seen[name] + 1} and {i + 1} of the header are both called '{name}' (SQL does not tell upper from lower case)");
            }
        }
    }

    /// <summary>
    /// A number, a date, a time or a boolean is data. An exception is a whole number of four digits, because <c>country,2023,2024</c> is a header.
    /// </summary>
    private static bool LooksLikeData(string name)
    {
        if (name.Length == 0)
        {
            return false;
        }

        var kind = CsvValue.Classify(Encoding.UTF8.GetBytes(name), ColumnKind.Unknown, out var integer);
        return kind is not (ColumnKind.Text or ColumnKind.Integer) || (kind == ColumnKind.Integer && integer is < 1_000 or > 9_999);
    }

    private static LakehouseException At(string code, string what) => CsvErrors.At([], 0, 1, code, what);
}
