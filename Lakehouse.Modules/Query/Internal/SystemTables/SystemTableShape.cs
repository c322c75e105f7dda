using Lakehouse.Core.Names;
using Lakehouse.DuckDb;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>What an engine has to know of a system table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="IsDataset">Whether its rows are those of a dataset of the program, rather than read from the server.</param>
internal sealed record SystemTableShape(string Name, IReadOnlyList<QueryColumn> Columns, bool IsDataset = false)
{
    /// <summary>The database that holds the system tables. It is hidden, so that listings show datasets and views alone.</summary>
    public const string Database = "lakehouse";

    private const string Texts = """'[["VARCHAR"]]'""";

    /// <summary>The table of columns, which has the statistics too.</summary>
    public const string ColumnsTable = "columns";

    /// <summary>The statements that make its view.</summary>
    public IReadOnlyList<string> Views => IsDataset ? [EmptyDataset, $"CREATE VIEW {Database}.{Name} AS {DatasetSelect}"] : [View];

    /// <summary>The view of the dataset before it has rows, which that of its first version replaces.</summary>
    private string EmptyDataset
    {
        get
        {
            var columns = Columns.Select(c => $"CAST(NULL AS {c.Type}) AS {DuckDbSql.Identifier(c.Name)}");
            return $"CREATE VIEW memory.main.{DuckDbSql.Identifier(Dataset)} AS SELECT {string.Join(", ", columns)} WHERE false";
        }
    }

    // By name, so that a later build can have added columns.
    private string DatasetSelect =>
        $"SELECT {string.Join(", ", Columns.Select(c => DuckDbSql.Identifier(c.Name)))} FROM memory.main.{DuckDbSql.Identifier(Dataset)}";

    /// <summary>The dataset that has its rows.</summary>
    public string Dataset => DatasetName.OfProgram(Name).Value;

    private string View
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
