using System.Diagnostics.CodeAnalysis;
using Lakehouse.Core.Errors;

namespace Lakehouse.Core.Names;

/// <summary>
/// The name of a dataset: a <see cref="PlainName"/> (1 to 128 ASCII letters, digits, <c>_</c>, <c>-</c>, <c>.</c>) that is also a table name in SQL, so the
/// names of DuckDB's own catalogs are refused.
/// </summary>
public readonly record struct DatasetName
{
    // A dataset of one of these names would hide, or be hidden by, a system view of the engine.
    private static readonly string[] ReservedPrefixes = ["duckdb_", "pg_", "sqlite_", "pragma_", "information_schema", ProgramPrefix];

    // Of the datasets that the program fills itself. No client can name one, but as a table of the schema 'lakehouse'.
    private const string ProgramPrefix = "__";

    private readonly string? _value;

    private DatasetName(string value) => _value = value;

    /// <summary>The name as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("default(DatasetName) names no dataset");

    /// <summary>Accepts <paramref name="value"/> or throws <c>invalid_name</c> (<see cref="ErrorKind.InvalidInput"/>) with the rule it breaks.</summary>
    public static DatasetName Parse(string? value) =>
        TryParse(value, out var name, out var reason)
            ? name
            : throw new LakehouseException(ErrorKind.InvalidInput, "invalid_name", $"The dataset name is refused: {reason}.");

    /// <summary>The dataset that holds a table of the schema <c>lakehouse</c>, which the program fills itself.</summary>
    /// <param name="table">The table, lower-case letters.</param>
    public static DatasetName OfProgram(string table) => new(ProgramPrefix + table);

    /// <summary>Whether a dataset of this name is one that the program fills itself.</summary>
    public static bool IsOfProgram(string name) => name.StartsWith(ProgramPrefix, StringComparison.Ordinal);

    /// <summary>A dataset's name as statements write it.</summary>
    public static string InSql(string name) => IsOfProgram(name) ? $"lakehouse.{name[ProgramPrefix.Length..]}" : name;

    /// <summary>As <see cref="TryParse"/>, for names in the bucket, which can also be those of the program's own datasets.</summary>
    public static bool TryParseStored(string? value, out DatasetName name, [NotNullWhen(false)] out string? reason)
    {
        if (value is not null && IsOfProgram(value) && PlainName.FindError(value) is null)
        {
            (name, reason) = (new DatasetName(value), null);
            return true;
        }

        return TryParse(value, out name, out reason);
    }

    /// <summary>Accepts <paramref name="value"/>, or tells in <paramref name="reason"/> which rule it breaks.</summary>
    public static bool TryParse(string? value, out DatasetName name, [NotNullWhen(false)] out string? reason)
    {
        name = default;
        reason = FindError(value);
        if (reason is not null)
        {
            return false;
        }

        name = new DatasetName(value!);
        return true;
    }

    /// <summary>True for a name that belongs to the SQL engine, which no dataset can have.</summary>
    public static bool IsReserved(string name) => Array.Exists(ReservedPrefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static string? FindError(string? value)
    {
        if (PlainName.FindError(value) is { } error)
        {
            return error;
        }

        foreach (var prefix in ReservedPrefixes)
        {
            if (value!.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return $"names that start with '{prefix}' belong to the SQL engine";
            }
        }

        return null;
    }
}
