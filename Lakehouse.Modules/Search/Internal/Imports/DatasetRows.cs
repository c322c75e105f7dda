using Lakehouse.Catalog;
using Lakehouse.Core.Names;
using Lakehouse.Core.Text;
using Lakehouse.DuckDb;
using Lakehouse.Query;
using Lakehouse.Query.Rows;

namespace Lakehouse.Search.Internal.Imports;

/// <summary>Reads columns of datasets by queries.</summary>
internal sealed class DatasetRows(IQueryEngine engine, IDataFiles files, ICatalog catalog, IDatasetHistory history, SearchOptions options)
{
    private const int MaxSqlBytes = 16 * 1024 * 1024;

    // An index is seldom further behind, and then its dataset is read whole.
    private const int VersionsBackMax = 1_000;

    /// <summary>Returns the newest version of a dataset, which must have been registered with its columns.</summary>
    /// <exception cref="Lakehouse.Core.Errors.LakehouseException"><c>dataset_not_found</c>, <c>invalid_import</c>.</exception>
    public Manifest Find(string dataset)
    {
        var manifest = catalog.Find(DatasetName.Parse(dataset)) ?? throw SearchErrors.DatasetNotFound(dataset);
        return manifest.Columns.Count > 0 ? manifest : throw SearchErrors.Import($"the dataset '{dataset}' was registered without its columns");
    }

    /// <summary>Checks that a dataset has the columns of an import, ignoring case as SQL does, and that none is named twice as metadata.</summary>
    public static void RequireColumns(Manifest dataset, ImportRequest import)
    {
        var metadata = import.MetadataColumns ?? [];
        foreach (var column in new[] { import.IdColumn, import.TextColumn, import.VectorColumn }.OfType<string>().Concat(metadata))
        {
            RequireColumn(dataset, column);
        }

        if (SearchErrors.FindRepeated(metadata) is { } repeated)
        {
            throw SearchErrors.Import($"\"metadata\" has the column '{repeated}' twice; name it once");
        }
    }

    private static void RequireColumn(Manifest dataset, string column)
    {
        var names = dataset.Columns.Select(c => c.Name).ToList();
        if (!names.Contains(column, StringComparer.OrdinalIgnoreCase))
        {
            throw SearchErrors.Import(
                $"the dataset '{dataset.Name}' has no column '{column}'; it has {string.Join(", ", names)}{NearestName.Hint(column, names)}");
        }
    }

    /// <summary>
    /// Reads the rows of a dataset's newest version: id, text, vector, then the metadata's columns. Text and vector are left out where the import has none.
    /// </summary>
    /// <param name="import">The columns.</param>
    /// <param name="since">The version whose rows the reader has; where rows were only added since, these alone are read. Null to read all.</param>
    /// <param name="take">Called with each chunk of rows.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The version that was read, and whether only the rows were that it has beside those of <paramref name="since"/>.</returns>
    public async Task<(long Version, bool IsAddition)> ReadAsync(
        ImportRequest import, long? since, Func<QueryChunk, Task> take, CancellationToken cancellationToken)
    {
        var added = since is { } held ? await FindAddedAsync(import.Dataset, held, cancellationToken) : null;
        var (rows, version) = added is var (dataset, addedFiles)
            ? (await files.ReadAsync(dataset, addedFiles, Columns(import), options.ImportReadTimeout, cancellationToken), dataset.Version)
            : await StartAsync(import.Dataset, Sql(import), options.ImportReadTimeout, cancellationToken);
        await using var ending = rows;
        while (await rows.ReadAsync(cancellationToken) is { } chunk)
        {
            await take(chunk);
        }

        return (version, added is not null);
    }

    /// <summary>
    /// The files that the newest version has after those of an older one; null where it does not begin with those, because rows were replaced, removed or
    /// merged into other files. Merges alone make versions of the same rows, of which the last counts.
    /// </summary>
    private async Task<(Manifest Newest, IReadOnlyList<DataFile> Added)?> FindAddedAsync(string name, long held, CancellationToken cancellationToken)
    {
        var newest = Find(name);
        var (versions, _) = await history.ListAsync(newest.Name, newest.Version, VersionsBackMax, cancellationToken);
        if (versions.FirstOrDefault(v => v.RowsVersion <= held) is not { } before || before.Version < held || before.Objects.Count >= newest.Objects.Count)
        {
            return null;
        }

        // In wider types, the rows from before have other values.
        return before.Objects.Zip(newest.Objects).All(pair => pair.First.Key == pair.Second.Key) && before.Columns.All(newest.Columns.Contains)
            ? (newest, [.. newest.Objects.Skip(before.Objects.Count)])
            : null;
    }

    /// <summary>Starts a query of a dataset and determines the version that it sees.</summary>
    public async Task<(IQueryRows Rows, long Version)> StartAsync(string name, string sql, TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = Find(name).Version;
            var rows = await engine.ReadAsync(sql, new QueryBounds(timeout, MaxSqlBytes), cancellationToken);

            // The query has bound a version by now. If the newest version is still the same, it is that one.
            if (Find(name).Version == before)
            {
                return (rows, before);
            }

            await rows.DisposeAsync();
        }
    }

    private static string Sql(ImportRequest import) =>
        $"SELECT {string.Join(", ", Columns(import))} FROM {DuckDbSql.Identifier(DatasetName.Parse(import.Dataset).Value)}";

    private static List<string> Columns(ImportRequest import)
    {
        var columns = new List<string> { $"CAST({DuckDbSql.Identifier(import.IdColumn)} AS VARCHAR)" };
        if (import.TextColumn is { } text)
        {
            columns.Add($"CAST({DuckDbSql.Identifier(text)} AS VARCHAR)");
        }

        if (import.VectorColumn is { } vector)
        {
            columns.Add($"CAST({DuckDbSql.Identifier(vector)} AS FLOAT[])");
        }

        columns.AddRange((import.MetadataColumns ?? []).Select(DuckDbSql.Identifier));
        return columns;
    }
}
