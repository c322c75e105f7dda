using System.Text;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Query;

namespace Lakehouse.Search.Internal;

/// <summary>
/// The ids whose items were made of rows that a caller sees. The newest rows do not tell: an index can hold an older version, in which a row was hidden, and of
/// several rows with one id it holds the last. So the row filter is asked of the versions that the index holds, and of every row of an id.
/// </summary>
internal sealed class VisibleIds(IQueryEngine engine, SearchOptions options)
{
    private const int MaxSqlBytes = 16 * 1024 * 1024;

    /// <summary>Leaves out the ids whose items the caller must not see. Reads the ids and the filter's columns of each version that the index holds.</summary>
    /// <exception cref="LakehouseException">
    /// <c>dataset_guarded</c> (<see cref="ErrorKind.Forbidden"/>): such a version is not kept any more, so that nobody can tell.
    /// </exception>
    public async Task<AllowedRows> NarrowAsync(AllowedRows allowed, DatasetOrigin origin, string filter, CancellationToken cancellationToken)
    {
        var ids = allowed.Ids;
        foreach (var version in new[] { origin.Version > 0 ? origin.Version : (long?)null, origin.UpdatingTo }.OfType<long>().Distinct())
        {
            var seen = await ReadAsync(origin, version, filter, cancellationToken);
            ids = [.. ids.Where(id => seen.Contains(Encoding.UTF8.GetString(id.Span)))];
        }

        return allowed with { Ids = ids };
    }

    private async Task<HashSet<string>> ReadAsync(DatasetOrigin origin, long version, string filter, CancellationToken cancellationToken)
    {
        var dataset = DuckDbSql.Identifier($"{DatasetName.Parse(origin.Dataset).Value}@{version}");
        var sql = $"SELECT CAST({DuckDbSql.Identifier(origin.IdColumn)} AS VARCHAR) FROM {dataset} GROUP BY 1 "
            + $"HAVING bool_and(coalesce(TRY(\n{filter}\n), false))";
        var ids = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            // For the program, because the filter is asked of rows that the caller does not see.
            var bounds = new QueryBounds(options.WhereTimeout, MaxSqlBytes);
            await using var rows = await Caller.RunAsync(Caller.Program, () => engine.ReadAsync(sql, bounds, cancellationToken));
            while (await rows.ReadAsync(cancellationToken) is { } chunk)
            {
                for (var row = 0; row < chunk.RowCount; row++)
                {
                    if (!chunk.IsNull(0, row))
                    {
                        ids.Add(Encoding.UTF8.GetString(chunk.GetText(0, row).Span));
                    }
                }
            }
        }
        catch (LakehouseException error) when (error.Kind is ErrorKind.InvalidInput or ErrorKind.NotFound)
        {
            throw Caller.Current.Guarded(
                origin.Dataset, "The index holds a version of which nobody can tell any more what the profile sees. Import the dataset into it again.");
        }

        return ids;
    }
}
