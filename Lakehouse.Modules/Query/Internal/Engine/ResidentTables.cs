using System.Globalization;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Datasets;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// The small datasets whose rows an engine has in memory, each as a table of a hidden database. A version never changes, so a table is as good as the data
/// files that it was read from; a query over it opens none. Used by one thread at a time (<see cref="EngineViews"/>).
/// </summary>
/// <param name="sizeBytesMax">The most bytes of data files, of all tables together.</param>
internal sealed class ResidentTables(long sizeBytesMax)
{
    /// <summary>The database that holds them.</summary>
    public const string Database = "lakehouse_resident";

    private readonly Dictionary<string, (string Table, long SizeBytes)> _tables = new(StringComparer.OrdinalIgnoreCase);
    private long _sizeBytes;

    /// <summary>Reads a version of a dataset into memory, unless it is too large or cannot be read. Its older table stays until it is dropped.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="select">The query that reads its data files.</param>
    /// <param name="execute">Runs a statement.</param>
    /// <returns>The names in SQL of the table, null where there is none, and of the older one, null where there was none.</returns>
    public (string? Table, string? Old) Replace(DatasetFiles dataset, string select, Action<string> execute)
    {
        var old = Remove(dataset.Name);
        if (dataset.ResidentBytes == 0 || _sizeBytes + dataset.ResidentBytes > sizeBytesMax)
        {
            return (null, old);
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"{dataset.Name}@{dataset.Version}");
        var table = $"{Database}.main.{DuckDbSql.Identifier(name)}";
        try
        {
            execute($"CREATE OR REPLACE TABLE {table} AS {select}");
        }
        catch (DuckDbException)
        {
            return (null, old); // whether its files can be read, a query over them will say
        }

        _tables[dataset.Name] = (table, dataset.ResidentBytes);
        _sizeBytes += dataset.ResidentBytes;
        return (table, old);
    }

    /// <summary>Forgets the table of a dataset, which can then be dropped, when no view names it: statements that read it can finish.</summary>
    /// <returns>Its name in SQL; null where there is none.</returns>
    public string? Remove(string dataset)
    {
        if (!_tables.Remove(dataset, out var table))
        {
            return null;
        }

        _sizeBytes -= table.SizeBytes;
        return table.Table;
    }
}
