using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Observation;
using Lakehouse.Query.Rows;

namespace Lakehouse.Audit.Internal;

/// <summary>The columns of <c>lakehouse.audit</c>. A later build may add columns at the end; none is renamed.</summary>
internal static class AuditColumns
{
    /// <summary>The table.</summary>
    public const string Table = "audit";

    [ThreadStatic]
    private static (IPAddress Address, byte[] Text)? _lastClient;

    public static IReadOnlyList<DatasetColumn> All { get; } =
    [
        new("time", "TIMESTAMP"),
        new("profile", "VARCHAR"),
        new("user_id", "VARCHAR"),
        new("session_id", "VARCHAR"),
        new("client", "VARCHAR"),
        new("method", "VARCHAR"),
        new("route", "VARCHAR"),
        new("path", "VARCHAR"),
        new("tool", "VARCHAR"),
        new("status", "INTEGER"),
        new("code", "VARCHAR"),
        new("duration_ms", "DOUBLE"),
        new("engine_ms", "DOUBLE"),
        new("sql", "VARCHAR"),
        new("parameters", "VARCHAR[]"),
        new("datasets", "VARCHAR[]"),
        new("written", "VARCHAR[]"),
        new("rows", "BIGINT"),
        new("bytes_in", "BIGINT"),
        new("bytes_out", "BIGINT"),
        new("texts", "BIGINT"),
        new("model", "VARCHAR"),
        new("query_id", "VARCHAR"),
        new("trace_id", "VARCHAR"),
    ];

    /// <summary>The columns as <see cref="Write"/> gives them.</summary>
    public static IReadOnlyList<RowColumn> Given { get; } = [.. All.Select(Give)];

    /// <summary>
    /// Writes a request as an object of JSON, whose members are the columns. Times are in microseconds, because that is written and read fastest. Absent texts,
    /// zeros and empty lists are left out.
    /// </summary>
    public static void Write(Utf8JsonWriter json, RequestRecord record, AuditTexts texts)
    {
        json.WriteStartObject();
        json.WriteNumber("time"u8, (record.StartedAt.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        Text(json, "profile"u8, record.Profile);
        Text(json, "user_id"u8, record.UserId);
        Text(json, "session_id"u8, record.SessionId);
        if (record.Client is { } client)
        {
            json.WriteString("client"u8, TextOf(client));
        }

        Text(json, "method"u8, record.Method);
        Text(json, "route"u8, record.Route);
        Text(json, "path"u8, record.Path);
        Text(json, "tool"u8, record.Tool);
        json.WriteNumber("status"u8, record.Status);
        Text(json, "code"u8, record.Code);
        Number(json, "duration_ms"u8, record.Elapsed.Ticks / TimeSpan.TicksPerMicrosecond);
        Number(json, "engine_ms"u8, record.EngineTime.Ticks / TimeSpan.TicksPerMicrosecond);
        if (record.Sql is { } sql && texts is not AuditTexts.Off)
        {
            json.WriteString("sql"u8, texts is AuditTexts.Full ? sql : HashOf(sql));
        }

        Texts(json, "parameters"u8, record.ParameterTypes);
        Texts(json, "datasets"u8, record.Datasets);
        Texts(json, "written"u8, record.Written);
        Number(json, "rows"u8, record.Rows);
        Number(json, "bytes_in"u8, record.BytesIn);
        Number(json, "bytes_out"u8, record.BytesOut);
        Number(json, "texts"u8, record.Texts);
        Text(json, "model"u8, record.Model);
        Text(json, "query_id"u8, record.QueryId);
        Text(json, "trace_id"u8, record.TraceId);
        json.WriteEndObject();
    }

    /// <summary>How <see cref="Write"/> gives a column: times as microseconds, and what is left out as NULL.</summary>
    private static RowColumn Give(DatasetColumn column) => column.Type switch
    {
        "TIMESTAMP" => new RowColumn(column, "BIGINT", $"make_timestamp(\"{column.Name}\")"),
        "DOUBLE" => new RowColumn(column, "BIGINT", $"coalesce(\"{column.Name}\", 0) / 1000.0"),
        "BIGINT" => new RowColumn(column, column.Type, $"coalesce(\"{column.Name}\", 0)"),
        "VARCHAR[]" => new RowColumn(column, column.Type, $"coalesce(\"{column.Name}\", [])"),
        _ => RowColumn.Of(column),
    };

    private static string HashOf(string sql) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)))}";

    /// <summary>The text of an address. Many requests come from the same one, and to write it takes as long as half a row.</summary>
    private static byte[] TextOf(IPAddress client)
    {
        if (_lastClient is not { } last || !last.Address.Equals(client))
        {
            last = (client, Encoding.UTF8.GetBytes((client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client).ToString()));
            _lastClient = last;
        }

        return last.Text;
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, long value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }

    private static void Texts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
