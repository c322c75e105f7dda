using System.Buffers;
using System.Text;
using Lakehouse.Core.Names;
using Lakehouse.DuckDb;
using Lakehouse.Search.Internal.Imports;

namespace Lakehouse.Search.Internal;

/// <summary>Reads the values of columns for the ids of results, each as JSON.</summary>
internal static class ColumnValues
{
    private const string Text = "VARCHAR";

    /// <summary>
    /// Reads columns of the rows with these ids from the dataset's newest version. Ids without a row are left out; of rows with the same id the last one is
    /// used.
    /// </summary>
    public static async Task<Dictionary<string, string[]>> ReadAsync(
        DatasetRows rows, DatasetOrigin origin, IReadOnlyList<string> columns, IReadOnlyList<string> ids, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (ids.Count == 0 || columns.Count == 0)
        {
            return values;
        }

        // Without a cast, DuckDB can skip row groups by the statistics of the data files.
        var isText = rows.Find(origin.Dataset).Columns.Any(c => c.Name.Equals(origin.IdColumn, StringComparison.OrdinalIgnoreCase) && c.Type == Text);
        var id = isText ? DuckDbSql.Identifier(origin.IdColumn) : $"CAST({DuckDbSql.Identifier(origin.IdColumn)} AS {Text})";
        var sql = $"SELECT {id}, {string.Join(", ", columns.Select(DuckDbSql.Identifier))} FROM "
            + $"{DuckDbSql.Identifier(DatasetName.Parse(origin.Dataset).Value)} WHERE {id} IN ({string.Join(", ", ids.Select(DuckDbSql.Literal))})";
        var (found, _) = await rows.StartAsync(origin.Dataset, sql, timeout, cancellationToken);
        await using var ending = found;
        var value = new ArrayBufferWriter<byte>();
        while (await found.ReadAsync(cancellationToken) is { } chunk)
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var texts = values[Encoding.UTF8.GetString(chunk.GetText(0, row).Span)] = new string[columns.Count];
                for (var i = 0; i < texts.Length; i++)
                {
                    value.ResetWrittenCount();
                    chunk.WriteJson(i + 1, row, value);
                    texts[i] = Encoding.UTF8.GetString(value.WrittenSpan);
                }
            }
        }

        return values;
    }
}
