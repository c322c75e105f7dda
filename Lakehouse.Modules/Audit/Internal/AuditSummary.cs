using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Lakehouse.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Query;

namespace Lakehouse.Audit.Internal;

/// <summary>Adds up the rows of the audit.</summary>
internal sealed class AuditSummary(IQueryEngine engine, IProfiles profiles, AuditLog log)
{
    /// <summary>What rows can be grouped by, with the SQL of each.</summary>
    public static IReadOnlyDictionary<string, string> Keys { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["profile"] = "profile",
        ["route"] = "coalesce(method || ' ' || route, route)",
        ["dataset"] = "unnest(list_distinct(list_transform(datasets || written, lambda d: regexp_replace(d, '@[0-9]+$', ''))))",
        ["tool"] = "tool",
        ["status"] = "status",
        ["code"] = "code",
        ["model"] = "model",
        ["client"] = "client",
        ["user_id"] = "user_id",
        ["session_id"] = "session_id",
    };

    private const string Figures = """
        count(*) AS requests, count(*) FILTER (status >= 400 OR code IS NOT NULL) AS errors, round(quantile_cont(duration_ms, 0.5), 3) AS p50_ms,
        round(quantile_cont(duration_ms, 0.95), 3) AS p95_ms, round(quantile_cont(duration_ms, 0.99), 3) AS p99_ms,
        CAST(round(sum(engine_ms) / 1000, 3) AS DOUBLE) AS engine_seconds, CAST(sum("rows") AS BIGINT) AS "rows", CAST(sum(bytes_in) AS BIGINT) AS bytes_in,
        CAST(sum(bytes_out) AS BIGINT) AS bytes_out, CAST(sum(texts) AS BIGINT) AS texts
        """;

    /// <summary>Writes the summary as JSON.</summary>
    /// <param name="since">The first time of a row.</param>
    /// <param name="until">The first time after them.</param>
    /// <param name="by">Keys of <see cref="Keys"/>.</param>
    /// <param name="limit">The most groups of each, those with the most requests.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LakehouseException">As of a query.</exception>
    public async Task<ReadOnlyMemory<byte>> WriteAsync(
        DateTimeOffset since, DateTimeOffset until, IReadOnlyList<string> by, int limit, CancellationToken cancellationToken)
    {
        var output = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("since", since);
        json.WriteString("until", until);
        var rows = $"FROM lakehouse.audit WHERE \"time\" >= TIMESTAMP '{Format(since)}' AND \"time\" < TIMESTAMP '{Format(until)}'";
        await WriteRowsAsync(json, "total", $"SELECT {Figures} {rows}", isList: false, cancellationToken);
        foreach (var key in by)
        {
            await WriteRowsAsync(
                json, $"by_{key}",
                $"SELECT \"group key\" AS {key}, {Figures} FROM (SELECT *, {Keys[key]} AS \"group key\" {rows}) GROUP BY ALL ORDER BY requests DESC, 1 "
                    + $"LIMIT {limit}",
                isList: true, cancellationToken);
        }

        json.WriteStartArray("budgets");
        foreach (var use in profiles.ListBudgets())
        {
            json.WriteStartObject();
            json.WriteString("profile", use.Profile);
            json.WriteString("budget", use.Budget);
            json.WriteNumber("limit", use.Limit);
            json.WriteNumber("used", use.Used);
            json.WriteString("resets_at", use.ResetsAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("rows_waiting", log.WaitingCount);
        json.WriteNumber("rows_dropped", log.DroppedCount);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        return output.WrittenMemory;
    }

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    /// <summary>Writes the rows of a query as objects: all of them, or the only one.</summary>
    private async Task WriteRowsAsync(Utf8JsonWriter json, string name, string sql, bool isList, CancellationToken cancellationToken)
    {
        json.WritePropertyName(name);
        if (isList)
        {
            json.WriteStartArray();
        }

        await using var rows = await engine.ReadAsync(sql, null, cancellationToken);
        var value = new ArrayBufferWriter<byte>();
        while (await rows.ReadAsync(cancellationToken) is { } chunk)
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                json.WriteStartObject();
                for (var column = 0; column < rows.Columns.Count; column++)
                {
                    json.WritePropertyName(rows.Columns[column].Name);
                    value.ResetWrittenCount();
                    chunk.WriteJson(column, row, value);
                    json.WriteRawValue(value.WrittenSpan);
                }

                json.WriteEndObject();
            }
        }

        if (isList)
        {
            json.WriteEndArray();
        }
    }
}
