namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>
/// The engine's functions that list its catalog, shadowed by macros over the system tables. SHOW TABLES, SHOW ALL TABLES and information_schema are made of
/// these functions. The engine's own would list what it has read so far; and to make a view of each of ten thousand datasets first, so that they are listed,
/// takes seconds.
/// </summary>
internal static class CatalogMacros
{
    private const string Place = "'memory' AS database_name, 'main' AS schema_name, false AS internal, false AS temporary";

    private static readonly string Names = SystemTableShape.Rows(NamesTable.Table.Name);

    /// <summary>The statements that make them, after the views of <see cref="SystemTableShape"/>.</summary>
    public static IReadOnlyList<string> Statements { get; } =
    [
        Macro("duckdb_tables", $"{Place}, r[1] AS table_name, {Number("r[1]")} AS table_oid FROM ({Names}) WHERE r[2] IS NULL"),
        Macro("duckdb_views", $"{Place}, r[1] AS view_name, {Number("r[1]")} AS view_oid, r[2] AS sql FROM ({Names}) WHERE r[2] IS NOT NULL"),
        Macro("duckdb_columns", $"""
            'memory' AS database_name, 'main' AS schema_name, false AS internal, dataset AS table_name, {Number("dataset")} AS table_oid, name AS column_name,
            CAST(position AS INTEGER) AS column_index, true AS is_nullable, type AS data_type,
            CASE type WHEN 'TINYINT' THEN 8 WHEN 'SMALLINT' THEN 16 WHEN 'INTEGER' THEN 32 WHEN 'BIGINT' THEN 64 WHEN 'HUGEINT' THEN 128 WHEN 'FLOAT' THEN 24
                WHEN 'DOUBLE' THEN 53 ELSE {OfDecimal(1)} END AS numeric_precision,
            CASE WHEN {OfDecimal(1)} IS NOT NULL THEN 10 WHEN numeric_precision IS NOT NULL THEN 2 END AS numeric_precision_radix,
            CASE WHEN numeric_precision IS NOT NULL THEN coalesce({OfDecimal(2)}, 0) END AS numeric_scale
            FROM lakehouse.columns
            """),
    ];

    // All columns that the engine's own function has, without its rows.
    private static string Macro(string function, string select) =>
        $"CREATE MACRO {function}() AS TABLE SELECT * FROM system.main.{function}() WHERE false UNION ALL BY NAME SELECT {select}";

    // SHOW ALL TABLES joins columns to tables by numbers.
    private static string Number(string name) => $"CAST(hash({name}) >> 1 AS BIGINT)";

    private static string OfDecimal(int group) => $@"TRY_CAST(regexp_extract(type, '^DECIMAL\((\d+), ?(\d+)\)$', {group}) AS INTEGER)";
}
