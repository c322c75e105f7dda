using Lakehouse.Catalog;
using Lakehouse.Catalog.Schemas;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Datasets;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// The views of an engine: one for each dataset that a statement has named, over its list of data files, replaced when there is a newer version. A
/// statement binds its views in one transaction, so it sees each dataset at one version. Thread-safe; one thread makes views at a time, since two would
/// conflict.
/// </summary>
internal sealed class EngineViews(DuckDbDatabase database, PlanPool plans, ResidentTables resident)
{
    private readonly Dictionary<string, KnownDataset> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();
    private readonly Lock _definitions = new();
    private string? _changing;

    /// <summary>Returns what is known of the dataset of a name.</summary>
    public KnownDataset? Find(string name)
    {
        lock (_gate)
        {
            return _known.GetValueOrDefault(name);
        }
    }

    /// <summary>
    /// Whether the view of a dataset is being replaced: what a statement binds at such a time can be of the version that is known or of the next one.
    /// </summary>
    public bool IsChanging(string name)
    {
        lock (_gate)
        {
            return name.Equals(_changing, StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>Does something short while no view is replaced.</summary>
    public void Hold(Action action)
    {
        lock (_definitions)
        {
            action();
        }
    }

    /// <summary>Makes the view of a dataset, unless there is one of this version or a newer one.</summary>
    /// <returns>
    /// False when the view must be made and the data files are not given, because another statement has dropped the view since they were asked for.
    /// </returns>
    public bool TryDefine(DatasetFiles dataset)
    {
        if (IsDefined(dataset))
        {
            return true;
        }

        lock (_definitions)
        {
            if (!IsDefined(dataset))
            {
                if (dataset.Files is null)
                {
                    return false;
                }

                Define(dataset);
            }
        }

        return true;
    }

    /// <summary>The statement that makes a view of a query for one connection alone.</summary>
    public static string TemporaryView(string name, string select) => $"CREATE OR REPLACE TEMPORARY VIEW {DuckDbSql.Identifier(name)} AS {select}";

    /// <summary>The statement that makes a view of a version for one connection alone, in front of the shared view of that name.</summary>
    public static string TemporaryView(DatasetFiles dataset) =>
        TemporaryView(dataset.Table!, dataset.Guard is null ? Select(dataset) : dataset.Guard.Select($"({Select(dataset)})"));

    /// <summary>
    /// The statement that makes a view of what a caller sees of a dataset, for one connection alone, in front of the shared view of that name.
    /// </summary>
    public static string GuardedView(DatasetFiles dataset) =>
        TemporaryView(dataset.Name, dataset.Guard!.Select($"memory.main.{DuckDbSql.Identifier(dataset.Name)}"));

    /// <summary>Makes the view of a dataset, over its rows in memory where they are there.</summary>
    private void Define(DatasetFiles dataset)
    {
        var (table, old) = resident.Replace(dataset, Select(dataset), Execute);
        Change(dataset.Name);
        try
        {
            Execute(table is null ? View(dataset.Name, dataset) : View(dataset.Name, $"FROM {table}"));
            Remember(new KnownDataset(dataset.Name, dataset.Version));
        }
        finally
        {
            Change(null);
        }

        // SQL does not tell upper from lower case: where the dataset came again in other letters, its new table is in the place of the old one.
        Drop(string.Equals(old, table, StringComparison.OrdinalIgnoreCase) ? null : old);
    }

    private void Drop(string? table)
    {
        if (table is not null)
        {
            Execute($"DROP TABLE IF EXISTS {table}");
        }
    }

    /// <summary>
    /// Selects the columns by name from a star over the files. So they can only be columns of the files, and not the engine's own, such as <c>filename</c>,
    /// whatever names a manifest has.
    /// </summary>
    private static string View(string name, DatasetFiles dataset) => "CREATE OR REPLACE VIEW " + Definition(name, dataset);

    private static string Definition(string name, DatasetFiles dataset) => $"{DuckDbSql.Identifier(name)} AS {Select(dataset)}";

    private static string Select(DatasetFiles dataset)
    {
        if (dataset.Files!.Count == 0)
        {
            return $"SELECT {string.Join(", ", dataset.Columns.Select(c => $"CAST(NULL AS {c.Type}) AS {DuckDbSql.Identifier(c.Name)}"))} WHERE false";
        }

        return string.Join(" UNION ALL ", dataset.Files.Select(group =>
        {
            var columns = dataset.Columns.Count == 0 ? "*"
                : group.Columns is null ? string.Join(", ", dataset.Columns.Select(c => DuckDbSql.Identifier(c.Name)))
                : Columns(dataset, group.Columns);
            var files = string.Join(", ", group.Paths.Select(DuckDbSql.Literal));
            return dataset.FileColumn is null
                ? $"SELECT {columns} FROM (SELECT * FROM read_parquet([{files}], hive_partitioning = false))"
                : $"SELECT {columns}, {DuckDbSql.Identifier(dataset.FileColumn)} FROM (SELECT * FROM read_parquet([{files}], hive_partitioning = false, "
                    + $"filename = {DuckDbSql.Literal(dataset.FileColumn)}))";
        }));
    }

    /// <summary>The columns of the dataset, made of those of older files. Types that are no words are left to the files.</summary>
    private static string Columns(DatasetFiles dataset, IReadOnlyList<DatasetColumn> own)
    {
        var types = own.ToDictionary(c => c.Name, c => c.Type, StringComparer.OrdinalIgnoreCase);
        return string.Join(", ", dataset.Columns.Select(column =>
        {
            var name = DuckDbSql.Identifier(column.Name);
            if (!types.TryGetValue(column.Name, out var type))
            {
                return DatasetFiles.IsPlain(column.Type) ? $"CAST(NULL AS {column.Type}) AS {name}" : $"NULL AS {name}";
            }

            // Nested values have a text of their own in SQL; as text in a column they are JSON, as when they came.
            var isText = column.Type == "VARCHAR" && ColumnType.TryParse(type) is { IsNested: true };
            return type == column.Type || !DatasetFiles.IsPlain(column.Type) ? name
                : isText ? $"CAST(to_json({name}) AS VARCHAR) AS {name}"
                : $"CAST({name} AS {column.Type}) AS {name}";
        }));
    }

    private static string View(string name, string select) => $"CREATE OR REPLACE VIEW {DuckDbSql.Identifier(name)} AS {select}";

    private bool IsDefined(DatasetFiles dataset) => Find(dataset.Name) is { } known && known.Name == dataset.Name && known.Version >= dataset.Version;

    private void Change(string? name)
    {
        lock (_gate)
        {
            _changing = name;
        }
    }

    private void Remember(KnownDataset dataset)
    {
        lock (_gate)
        {
            // Replaces the key too, because the name can differ in letter case.
            _known.Remove(dataset.Name);
            _known[dataset.Name] = dataset;
        }

        plans.Drop(dataset.Name);
    }

    private void Execute(string sql)
    {
        using var connection = database.Connect();
        connection.Execute(sql);
    }
}
