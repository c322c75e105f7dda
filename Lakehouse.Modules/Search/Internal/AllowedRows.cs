using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Query;
using Lakehouse.Search.Internal.Imports;

namespace Lakehouse.Search.Internal;

/// <summary>The ids of the rows that an SQL predicate allows.</summary>
/// <param name="Ids">The ids in UTF-8.</param>
/// <param name="Version">The version of the dataset that was queried.</param>
internal sealed record AllowedRows(IReadOnlyList<ReadOnlyMemory<byte>> Ids, long Version)
{
    /// <summary>
    /// Queries the dataset of an index. The predicate comes from a client: the query passes the gate of all queries, and the predicate is put in brackets and
    /// on its own line.
    /// </summary>
    public static async Task<AllowedRows> FindAsync(
        DatasetRows rows, DatasetOrigin origin, string predicate, TimeSpan timeout, CancellationToken cancellationToken)
    {
        SqlCondition.Require(predicate);
        var sql = $"SELECT CAST({DuckDbSql.Identifier(origin.IdColumn)} AS VARCHAR) FROM {DuckDbSql.Identifier(DatasetName.Parse(origin.Dataset).Value)} "
            + $"WHERE (\n{predicate}\n)";
        var (found, version) = await rows.StartAsync(origin.Dataset, sql, timeout, cancellationToken);
        await using var ending = found;
        var ids = new List<ReadOnlyMemory<byte>>();
        while (await found.ReadAsync(cancellationToken) is { } chunk)
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                if (!chunk.IsNull(0, row))
                {
                    ids.Add(chunk.GetText(0, row));
                }
            }
        }

        return new AllowedRows(ids, version);
    }
}
