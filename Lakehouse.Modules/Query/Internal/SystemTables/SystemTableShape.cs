using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>What an engine has to know of a system table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record SystemTableShape(string Name, IReadOnlyList<QueryColumn> Columns)
{
    /// <summary>The database that holds the system tables. It is hidden, so that listings show datasets and views alone.</summary>
    public const string Database = "lakehouse";

    private const string Texts = """'[["VARCHAR"]]'""";

    /// <summary>The table of columns, which has the statistics too.</summary>
    public const string ColumnsTable = "columns";

    /// <summary>The statement that makes its view.</summary>
    public string View
    {
        get
        {
            var rows = Rows(Name);
            var columns = Columns.Select((c, i) => $"CAST(r[{i + 1}] AS {c.Type}) AS {DuckDbSql.Identifier(c.Name)}").ToList();
            if (Name == ColumnsTable)
            {
                // A dataset whose columns only its files know has one row, with its name alone.
                rows = $"SELECT unnest(CASE WHEN r[2] IS NULL THEN from_json({SystemFunctions.Columns}(r[1]), {Texts}) ELSE [r] END) AS r FROM ({rows})";
                columns.AddRange(StatisticsColumns.Select(c => $"CAST({SystemFunctions.Statistics}(r[1], r[2]).{c.Name} AS {c.Type}) AS {c.Name}"));
            }

            return $"CREATE VIEW {Database}.{Name} AS SELECT {string.Join(", ", columns)} FROM ({rows})";
        }
    }

    /// <summary>The query that reads the rows of a table, each as a list of texts <c>r</c>.</summary>
    public static string Rows(string table) => $"SELECT unnest(from_json({SystemFunctions.Rows}('{table}'), {Texts})) AS r";

    /// <summary>The columns that the footers of the data files give, of all row groups together; NULL where a file does not say.</summary>
    public static IReadOnlyList<QueryColumn> StatisticsColumns { get; } =
    [
        new("min", "VARCHAR"), new("max", "VARCHAR"), new("null_count", "BIGINT"), new("compressed_bytes", "BIGINT"), new("uncompressed_bytes", "BIGINT"),
    ];
}
