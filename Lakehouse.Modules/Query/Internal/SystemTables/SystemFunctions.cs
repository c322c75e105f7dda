using System.Text;
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

    /// <summary>Returns the statistics of a column of a dataset.</summary>
    public const string Statistics = "lakehouse_statistics";

    private static readonly DuckDbType Text = DuckDbType.Of(DuckDbTypeId.Varchar);

    private static readonly DuckDbType Row = DuckDbType.StructOf(
        [.. SystemTableShape.StatisticsColumns.Select(c => new DuckDbTypeMember(c.Name, Text))]);

    /// <summary>Registers the functions with an instance.</summary>
    public void Register(DuckDbConnection connection)
    {
        connection.Register([new DuckDbScalarFunction(Rows, [Text], Text, IsVolatile: true, RunRows)]);
        connection.Register([new DuckDbScalarFunction(Statistics, [Text, Text], Row, IsVolatile: false, RunStatistics)]);
    }

    private void RunRows(long connectionId, IReadOnlyList<DuckDbVector> arguments, int rowCount, DuckDbOutput output)
    {
        var scope = scopeOf(connectionId);
        for (var row = 0; row < rowCount; row++)
        {
            var table = TextAt(arguments[0], row)!;
            output.SetText(row, Ask(scope, () => rows.ReadAsync(table, scope.Stopping)).Span);
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
                var files = Ask(scope, () => rows.FindFilesAsync(dataset, scope.Stopping));
                known[dataset] = columns = TryReadFooters(files, scope.Stopping);
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
        // The least of several texts is that of their values only if these are compared with their own type; which, the footer knows.
        var paths = string.Join(", ", files.Select(DuckDbSql.Literal));
        var sql = $"""
            SELECT split_part(path_in_schema, ', ', 1) AS name,
                   CASE WHEN bool_and(lo IS NOT NULL) AND count(*) = count(DISTINCT (file_name, row_group_id)) THEN CASE WHEN any_value(number) THEN
                       arg_min(lo, struct_pack(a := TRY_CAST(lo AS DOUBLE), b := TRY_CAST(lo AS DECIMAL(38,9)))) ELSE min(lo) END END,
                   CASE WHEN bool_and(hi IS NOT NULL) AND count(*) = count(DISTINCT (file_name, row_group_id)) THEN CASE WHEN any_value(number) THEN
                       arg_max(hi, struct_pack(a := TRY_CAST(hi AS DOUBLE), b := TRY_CAST(hi AS DECIMAL(38,9)))) ELSE max(hi) END END,
                   CASE WHEN bool_and(stats_null_count IS NOT NULL) AND count(*) = count(DISTINCT (file_name, row_group_id))
                       THEN CAST(CAST(sum(stats_null_count) AS BIGINT) AS VARCHAR) END,
                   CAST(CAST(sum(total_compressed_size) AS BIGINT) AS VARCHAR), CAST(CAST(sum(total_uncompressed_size) AS BIGINT) AS VARCHAR)
            FROM (SELECT *, coalesce(stats_min_value, stats_min) AS lo, coalesce(stats_max_value, stats_max) AS hi,
                         TRY_CAST(coalesce(stats_min_value, stats_min) AS DOUBLE) IS NOT NULL AND type <> 'BYTE_ARRAY' AS number
                  FROM parquet_metadata([{paths}]))
            GROUP BY name
            """;
        using var connection = connect();
        using var stop = stopping.Register(connection.Interrupt);
        using var statement = connection.Prepare(sql);
        using var result = statement.Execute();
        var columns = new Dictionary<string, string?[]>(StringComparer.Ordinal);
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
            return call().GetAwaiter().GetResult();
        }
        catch (LakehouseException error)
        {
            scope.Fail(new VectorError(Rows, [], error));
            throw;
        }
    }

    private static string? TextAt(DuckDbVector vector, int row) => vector.IsNull(row) ? null : Encoding.UTF8.GetString(vector.GetBytes(row));
}
