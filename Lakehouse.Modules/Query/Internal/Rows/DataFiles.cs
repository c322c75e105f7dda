using System.Globalization;
using System.Text;
using Lakehouse.Catalog;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Rows;

namespace Lakehouse.Query.Internal.Rows;

/// <summary>Asks the engine about data files.</summary>
internal sealed class DataFiles(QueryEngine engine, QueryOptions options) : IDataFiles
{
    private const string File = "file" + RowStatement.Version;

    public async Task<DataFileShape> DescribeAsync(DataFile file, int rowsMax, CancellationToken cancellationToken)
    {
        var statement = RowStatement.Of($"DESCRIBE FILE {file.Key}", File, new AttachedTable([file with { Columns = null }], []));
        List<DatasetColumn> columns;
        await using (var empty = await engine.ReadAsync(statement, $"SELECT * FROM \"{File}\" LIMIT 0", options.RewriteTimeout, cancellationToken))
        {
            columns = [.. empty.Columns.Select(c => new DatasetColumn(c.Name, c.Type))];
        }

        var count = await ReadAsync($"SELECT count(*)::VARCHAR FROM \"{File}\"", statement, cancellationToken);
        var sql = string.Create(CultureInfo.InvariantCulture, $"SELECT COLUMNS(*)::VARCHAR FROM \"{File}\" LIMIT {rowsMax}");
        var rows = rowsMax == 0 ? [] : await ReadAsync(sql, statement, cancellationToken);
        return new DataFileShape(columns, long.Parse(count[0][0]!, CultureInfo.InvariantCulture), rows);
    }

    public async Task<IQueryRows> ReadAsync(
        Manifest dataset, IReadOnlyList<DataFile> files, IReadOnlyList<string> select, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var statement = RowStatement.Of($"READ FILES OF {dataset.Name}", File, new AttachedTable(files, dataset.Columns));
        return await engine.ReadAsync(statement, $"SELECT {string.Join(", ", select)} FROM \"{File}\"", timeout, cancellationToken);
    }

    private async Task<List<IReadOnlyList<string?>>> ReadAsync(string sql, RowStatement statement, CancellationToken cancellationToken)
    {
        var found = new List<IReadOnlyList<string?>>();
        await using var rows = await engine.ReadAsync(statement, sql, options.RewriteTimeout, cancellationToken);
        while (await rows.ReadAsync(cancellationToken) is { } chunk)
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var values = new string?[rows.Columns.Count];
                for (var column = 0; column < values.Length; column++)
                {
                    values[column] = chunk.IsNull(column, row) ? null : Encoding.UTF8.GetString(chunk.GetText(column, row).Span);
                }

                found.Add(values);
            }
        }

        return found;
    }
}
