using System.Text;
using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Vectors;

namespace Lakehouse.Query.Internal.SystemTables;

/// <summary>
/// The functions behind the system tables. Queries may not name them. Both block the engine's thread until the server has answered or their query is stopped.
/// </summary>
/// <param name="rows">Answers them.</param>
/// <param name="scopeOf">The scope of the query that runs on a connection.</param>
/// <param name="connect">Opens a connection of the engine, for the footers of data files.</param>
internal sealed class SystemFunctions(ISystemRows rows, Func<long, VectorScope> scopeOf, Func<DuckDbConnection> connect)
{
    /// <summary>Returns the rows of a table as JSON.</summary>
    public const string Rows = "lakehouse_rows";

    /// <summary>Returns the columns of a dataset as its files have them: rows of <c>lakehouse.columns</c>, as JSON.</summary>
    public const string Columns = "lakehouse_columns";

    /// <summary>Returns the statistics of a column of a dataset.</summary>
    public const string Statistics = "lakehouse_statistics";

    private static readonly DuckDbType Text = DuckDbType.Of(DuckDbTypeId.Varchar);

    private static readonly DuckDbType Row = DuckDbType.StructOf(
        [.. SystemTableShape.StatisticsColumns.Select(c => new DuckDbTypeMember(c.Name, Text))]);

    /// <summary>Registers the functions with an instance.</summary>
    public void Register(DuckDbConnection connection)
    {
        connection.Register([new DuckDbScalarFunction(Rows, [Text], Text, IsVolatile: true, RunRows)]);
        connection.Register([new DuckDbScalarFunction(Columns, [Text], Text, IsVolatile: true, RunColumns)]);
        connection.Register([new DuckDbScalarFunction(Statistics, [Text, Text], Row, IsVolatile: false, RunStatistics)]);
    }

    private void RunRows(long connectionId, IReadOnlyList<DuckDbVector> arguments, int rowCount, DuckDbOutput output)
    {
        var scope = scopeOf(connectionId);
        for (var row = 0; row < rowCount; row++)
        {
            var table = TextAt(arguments[0], row)!;
            output.SetText(row, Ask(scope, () => rows.ReadAsync(scope.Id, table, scope.Stopping)).Span);
        }
    }

    private void RunColumns(long connectionId, IReadOnlyList<DuckDbVector> arguments, int rowCount, DuckDbOutput output)
    {
        var scope = scopeOf(connectionId);
        for (var row = 0; row < rowCount; row++)
        {
            var dataset = TextAt(arguments[0], row)!;
            var columns = TryReadColumns(TryFindFiles(scope, dataset), scope.Stopping);
            output.SetText(row, JsonSerializer.SerializeToUtf8Bytes(columns.Select((c, i) => new[] { dataset, c.Name, $"{i + 1}", c.Type })));
        }
    }

    /// <summary>The columns of the first file, as those of a query over all of them; one that says so where it cannot be read.</summary>
    private IReadOnlyList<QueryColumn> TryReadColumns(IReadOnlyList<string> files, CancellationToken stopping)
    {
        IReadOnlyList<QueryColumn> unknown = [new("columns unknown", "VARCHAR")];
        try
        {
            if (files.Count == 0)
            {
                return unknown;
            }

            using var connection = connect();
            using var stop = stopping.Register(connection.Interrupt);
            using var statement = connection.Prepare($"FROM read_parquet({DuckDbSql.Literal(files[0])}, hive_partitioning = false)");
            return [.. statement.Columns.Select(c => new QueryColumn(c.Name, c.Type.Name))];
        }
        catch (DuckDbException) when (!stopping.IsCancellationRequested)
        {
            return unknown;
        }
    }

    private void RunStatistics(long connectionId, IReadOnlyList<DuckDbVector> arguments, int rowCount, DuckDbOutput output)
    {
        var scope = scopeOf(connectionId);
        var known = new Dictionary<string, Dictionary<string, string?[]>>(StringComparer.Ordinal);
        for (var row = 0; row < rowCount; row++)
        {
            var (dataset, column) = (TextAt(arguments[0], row)!, TextAt(arguments[1], row)!);
            if (!known.TryGetValue(dataset, out var columns))
            {
                known[dataset] = columns = TryReadFooters(TryFindFiles(scope, dataset), scope.Stopping);
            }

            var values = columns.GetValueOrDefault(column);
            for (var i = 0; i < SystemTableShape.StatisticsColumns.Count; i++)
            {
                if (values?[i] is { } value)
                {
                    output.Member(i).SetText(row, Encoding.UTF8.GetBytes(value));
                }
                else
                {
                    output.Member(i).SetNull(row);
                }
            }
        }
    }

    /// <summary>The data files of a dataset; none where one of them cannot be had. Such a dataset does not keep the others from being listed.</summary>
    private IReadOnlyList<string> TryFindFiles(VectorScope scope, string dataset)
    {
        try
        {
            return Caller.RunAsync(scope.Caller, () => rows.FindFilesAsync(scope.Id, dataset, scope.Stopping)).GetAwaiter().GetResult();
        }
        catch (LakehouseException) when (!scope.Stopping.IsCancellationRequested)
        {
            return [];
        }
    }

    /// <summary>A dataset that cannot be read has no statistics, and does not keep the others from having theirs.</summary>
    private Dictionary<string, string?[]> TryReadFooters(IReadOnlyList<string> files, CancellationToken stopping)
    {
        try
        {
            return files.Count == 0 ? [] : ReadFooters(files, stopping);
        }
        catch (DuckDbException) when (!stopping.IsCancellationRequested)
        {
            return [];
        }
    }

    /// <summary>The statistics of the columns of some files, as far as all their row groups have them.</summary>
    private Dictionary<string, string?[]> ReadFooters(IReadOnlyList<string> files, CancellationToken stopping)
    {
        // The least of several texts is that of their values only if these are compared with their own type; which, the footer knows. A column with several
        // parts in a row group is nested, and has no least value. A file that is there more than once is read once, and its rows count as often. In files
        // without the column, all rows are NULL.
        var paths = files.CountBy(f => f).ToList();
        var times = string.Join(", ", paths.Select(f => $"({DuckDbSql.Literal(f.Key)}, {f.Value})"));
        var sql = $"""
            WITH times(path, n) AS (VALUES {times}),
                 parts AS (SELECT lower(split_part(path_in_schema, ', ', 1)) AS name, file_name, row_group_id, row_group_num_rows AS rows, n,
                                  coalesce(stats_min_value, stats_min) AS lo, coalesce(stats_max_value, stats_max) AS hi, stats_null_count AS nulls,
                                  total_compressed_size, total_uncompressed_size,
                                  TRY_CAST(coalesce(stats_min_value, stats_min) AS DOUBLE) IS NOT NULL AND type <> 'BYTE_ARRAY' AS number
                           FROM parquet_metadata([{string.Join(", ", paths.Select(f => DuckDbSql.Literal(f.Key)))}]) JOIN times ON path = file_name),
                 total AS (SELECT sum(n * rows) AS rows FROM (SELECT DISTINCT file_name, row_group_id, rows, n FROM parts)),
                 known AS (SELECT name, count(*) = count(DISTINCT (file_name, row_group_id)) AS whole, bool_and(lo IS NOT NULL) AS has_lo,
                                  bool_and(hi IS NOT NULL) AS has_hi, bool_and(nulls IS NOT NULL) AS has_nulls, any_value(number) AS number,
                                  arg_min(lo, struct_pack(a := TRY_CAST(lo AS DOUBLE), b := TRY_CAST(lo AS DECIMAL(38,9)))) AS least, min(lo) AS first,
                                  arg_max(hi, struct_pack(a := TRY_CAST(hi AS DOUBLE), b := TRY_CAST(hi AS DECIMAL(38,9)))) AS most, max(hi) AS last,
                                  sum(n * nulls) AS nulls, sum(n * rows) AS rows, sum(total_compressed_size) AS packed, sum(total_uncompressed_size) AS plain
                           FROM parts GROUP BY name)
            SELECT name, CASE WHEN whole AND has_lo THEN CASE WHEN number THEN least ELSE first END END,
                   CASE WHEN whole AND has_hi THEN CASE WHEN number THEN most ELSE last END END,
                   CASE WHEN whole AND has_nulls THEN CAST(CAST(nulls + (SELECT rows FROM total) - known.rows AS BIGINT) AS VARCHAR) END,
                   CAST(CAST(packed AS BIGINT) AS VARCHAR), CAST(CAST(plain AS BIGINT) AS VARCHAR)
            FROM known
            """;
        using var connection = connect();
        using var stop = stopping.Register(connection.Interrupt);
        using var statement = connection.Prepare(sql);
        using var result = statement.Execute();
        var columns = new Dictionary<string, string?[]>(StringComparer.OrdinalIgnoreCase);
        while (result.FetchChunk() is { } chunk)
        {
            using (chunk)
            {
                for (var row = 0; row < chunk.RowCount; row++)
                {
                    columns[TextAt(chunk.GetVector(0), row)!] =
                        [.. Enumerable.Range(1, SystemTableShape.StatisticsColumns.Count).Select(i => TextAt(chunk.GetVector(i), row))];
                }
            }
        }

        return columns;
    }

    private static T Ask<T>(VectorScope scope, Func<Task<T>> call)
    {
        try
        {
            return Caller.RunAsync(scope.Caller, call).GetAwaiter().GetResult();
        }
        catch (LakehouseException error)
        {
            scope.Fail(new VectorError(Rows, [], error));
            throw;
        }
    }

    private static string? TextAt(DuckDbVector vector, int row) => vector.IsNull(row) ? null : Encoding.UTF8.GetString(vector.GetBytes(row));
}
