using System.Buffers;
using System.Text.Json;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Search.Internal.Imports;
using Lakehouse.Vector;

namespace Lakehouse.Search.Internal;

/// <summary>The ids of the rows that a predicate of SQL allows.</summary>
/// <param name="Ids">In UTF-8.</param>
/// <param name="Version">The version of the dataset that was asked.</param>
internal sealed record AllowedRows(IReadOnlyList<ReadOnlyMemory<byte>> Ids, long Version)
{
    /// <summary>Asks the dataset of an index. The predicate is a client's: it passes the gate that every query passes, and stands in brackets and on a line of its own.</summary>
    public static async Task<AllowedRows> FindAsync(DatasetRows rows, DatasetOrigin origin, string predicate, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var sql = $"SELECT CAST({DuckDbSql.Identifier(origin.IdColumn)} AS VARCHAR) FROM {DuckDbSql.Identifier(DatasetName.Parse(origin.Dataset).Value)} WHERE (\n{predicate}\n)";
        var (result, version) = await rows.StartAsync(origin.Dataset, sql, timeout, cancellationToken);
        await using var ending = result;
        var ids = new List<ReadOnlyMemory<byte>>();
        var buffer = new ArrayBufferWriter<byte>();
        while (await result.WriteRowsAsync(buffer, cancellationToken) > 0)
        {
            ReadIds(buffer.WrittenMemory, ids);
            buffer = new ArrayBufferWriter<byte>();
        }

        return new AllowedRows(ids, version);
    }

    /// <summary>Reads <c>["a"],["b"]</c>. Most ids need no unescaping, and are parts of the block as they are.</summary>
    private static void ReadIds(ReadOnlyMemory<byte> block, List<ReadOnlyMemory<byte>> ids)
    {
        var list = RowParser.ToList(block.Span);
        var reader = new Utf8JsonReader(list);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                continue;
            }

            if (!reader.ValueIsEscaped)
            {
                ids.Add(list.AsMemory((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
                continue;
            }

            var unescaped = new byte[reader.ValueSpan.Length];
            ids.Add(unescaped.AsMemory(0, reader.CopyString(unescaped)));
        }
    }
}
