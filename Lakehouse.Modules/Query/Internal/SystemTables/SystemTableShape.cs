using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>What an engine has to know of a system table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record SystemTableShape(string Name, IReadOnlyList<QueryColumn> Columns)
{
    /// <summary>The database that holds the system tables. It is hidden, so that listings show datasets and views alone.</summary>
    public const string Database = "lakehouse";

    /// <summary>The table of columns, which has the statistics too.</summary>
    public const string ColumnsTable = "columns";

    /// <summary>The statement that makes its view.</summary>
    public string View
    {
        get
        {
            var columns = Columns.Select((c, i) => $"CAST(r->>{i} AS {c.Type}) AS {DuckDbSql.Identifier(c.Name)}").ToList();
            if (Name == ColumnsTable)
            {
                var statistics = $"{SystemFunctions.Statistics}(r->>0, r->>1)";
                columns.AddRange(StatisticsColumns.Select(c => $"CAST({statistics}.{c.Name} AS {c.Type}) AS {c.Name}"));
            }

            return $"""
                CREATE VIEW {Database}.{Name} AS SELECT {string.Join(", ", columns)}
                FROM (SELECT unnest(from_json({SystemFunctions.Rows}('{Name}'), '["JSON"]')) AS r)
                """;
        }
    }

    /// <summary>The columns that the footers of the data files give, of all row groups together; NULL where a file does not say.</summary>
    public static IReadOnlyList<QueryColumn> StatisticsColumns { get; } =
    [
        new("min", "VARCHAR"), new("max", "VARCHAR"), new("null_count", "BIGINT"), new("compressed_bytes", "BIGINT"), new("uncompressed_bytes", "BIGINT"),
    ];
}
