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
    private static readonly string[] ReservedPrefixes = ["duckdb_", "pg_", "sqlite_", "pragma_", "information_schema", "__"];

    private readonly string? _value;

    private DatasetName(string value) => _value = value;

    /// <summary>The name as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("default(DatasetName) names no dataset");

    /// <summary>Accepts <paramref name="value"/> or throws <c>invalid_name</c> (<see cref="ErrorKind.InvalidInput"/>) with the rule it breaks.</summary>
    public static DatasetName Parse(string? value) =>
        TryParse(value, out var name, out var reason)
            ? name
            : throw new LakehouseException(ErrorKind.InvalidInput, "invalid_name", $"The dataset name is refused: {reason}.");

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
