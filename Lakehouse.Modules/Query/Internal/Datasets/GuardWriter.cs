using System.Text.RegularExpressions;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.Datasets;

/// <summary>
/// Writes what a caller sees of a dataset as SQL. The engine moves conditions of a statement below the row filter and evaluates them in any order, so that one
/// of them could fail, or take long, on a row that the caller must not see. Therefore every column is NULL in such rows, before any other expression gets it.
/// </summary>
internal static partial class GuardWriter
{
    private static readonly string[] Numbers =
        ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE"];

    /// <summary>Writes a guard for a version with these columns.</summary>
    /// <exception cref="Core.Errors.LakehouseException"><c>dataset_guarded</c>: its columns are not known, or none is left.</exception>
    public static GuardText Write(Caller caller, Manifest manifest, DatasetGuard guard)
    {
        var (dataset, columns) = (manifest.Name.Value, manifest.Columns);
        var shown = columns.Where(c => guard.MaskOf(c.Name).Kind is not MaskKind.Hidden).ToList();
        if (shown.Count == 0)
        {
            throw caller.Guarded(
                dataset, columns.Count == 0 ? "It was registered without its columns, so that nothing of it can be shown." : "None of its columns is shown.");
        }

        var filter = guard.Rows is { } rows ? FilterOf(rows, columns, manifest.Objects.All(o => o.IsOwn)) : null;
        var list = shown.Select(c =>
        {
            var (name, mask) = (DuckDbSql.Identifier(c.Name), guard.MaskOf(c.Name));
            var value = ValueOf(name, mask, guard.Key);
            return filter is null && mask.Kind is MaskKind.Clear ? name : $"{(filter is null ? value : $"CASE WHEN {filter} THEN {value} END")} AS {name}";
        });
        return new GuardText(string.Join(", ", list), filter);
    }

    /// <summary>
    /// In TRY: an error would show the value, and the engine knows no bounds of what is in TRY; from those of a column it answers some conditions without
    /// reading rows, and how long that takes would tell of values that the caller does not see.
    /// </summary>
    private static string ValueOf(string name, ColumnMask mask, string key)
    {
        var text = $"CAST({name} AS VARCHAR)";
        var value = mask.Kind switch
        {
            MaskKind.Clear => name,
            MaskKind.Null => $"CASE WHEN false THEN {name} END",

            // Half of the hash is left out, so that nobody can go on from it to that of a longer text (what HMAC prevents by hashing twice, RFC 2104).
            MaskKind.Hash => $"substr(sha256({DuckDbSql.Literal(key)} || {text}), 1, 32)",
            MaskKind.LastFour => $"CASE WHEN length({text}) <= 4 THEN '****' ELSE '****' || right({text}, 4) END",
            MaskKind.Year => $"CAST(year(TRY_CAST({name} AS TIMESTAMP)) AS BIGINT)",
            MaskKind.Bucket => $"floor(TRY_CAST({name} AS DOUBLE) / {mask.Argument}) * {mask.Argument}",
            MaskKind.Expression => $"\n{mask.Argument}\n",
            _ => throw new ArgumentOutOfRangeException(nameof(mask), mask.Kind, "a hidden column has no value"),
        };
        return $"TRY({value})";
    }

    /// <summary>
    /// The condition as it is where it cannot fail, so that the engine can skip what it does not need to read; others are false where they fail, because the
    /// error would show a value. Files that were registered can have other types than their dataset says.
    /// </summary>
    private static string FilterOf(string rows, IReadOnlyList<DatasetColumn> columns, bool areTypesOfFiles) =>
        areTypesOfFiles && Comparisons().Match(rows) is { Success: true } match && CanCompare(match, columns) ? $"({rows.Trim()})" : $"TRY(\n{rows}\n)";

    private static bool CanCompare(Match match, IReadOnlyList<DatasetColumn> columns)
    {
        var (names, values) = (match.Groups["name"].Captures, match.Groups["value"].Captures);
        return Enumerable.Range(0, names.Count).All(i =>
        {
            var name = names[i].Value.Trim('"');
            var type = columns.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Type;

            // A text is read as the type of the column when the statement is planned; a number would make the engine read the texts of a column as numbers.
            return type is not null && (values[i].Value[0] == '\'' || Numbers.Contains(type) || type.StartsWith("DECIMAL", StringComparison.Ordinal));
        });
    }

    [GeneratedRegex(
        """
        \A \s* (?<name> "[^"]+" | [A-Za-z_][A-Za-z0-9_]* ) \s* (=|<=|>=|<|>) \s* (?<value> '([^']|'')*' | -?[0-9]+(\.[0-9]+)? )
        ( \s+ AND \s+ (?<name> "[^"]+" | [A-Za-z_][A-Za-z0-9_]* ) \s* (=|<=|>=|<|>) \s* (?<value> '([^']|'')*' | -?[0-9]+(\.[0-9]+)? ) )* \s* \z
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comparisons();
}
