using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lakehouse.Catalog;
using Lakehouse.Core.Observation;

namespace Lakehouse.Audit.Internal;

/// <summary>The columns of <c>lakehouse.audit</c>. A later build may add columns at the end; none is renamed.</summary>
internal static class AuditColumns
{
    /// <summary>The table.</summary>
    public const string Table = "audit";

    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

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

    /// <summary>Writes a request as an object of JSON, whose members are the columns. Texts without a value are left out.</summary>
    public static void Write(Utf8JsonWriter json, RequestRecord record, AuditTexts texts)
    {
        Span<char> time = stackalloc char[32];
        record.StartedAt.UtcDateTime.TryFormat(time, out var length, TimeForm, CultureInfo.InvariantCulture);
        json.WriteStartObject();
        json.WriteString("time"u8, time[..length]);
        Text(json, "profile"u8, record.Profile);
        Text(json, "user_id"u8, record.UserId);
        Text(json, "session_id"u8, record.SessionId);
        if (record.Client is { } client)
        {
            Span<char> address = stackalloc char[64];
            (client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client).TryFormat(address, out length);
            json.WriteString("client"u8, address[..length]);
        }

        Text(json, "method"u8, record.Method);
        Text(json, "route"u8, record.Route);
        Text(json, "path"u8, record.Path);
        Text(json, "tool"u8, record.Tool);
        json.WriteNumber("status"u8, record.Status);
        Text(json, "code"u8, record.Code);
        json.WriteNumber("duration_ms"u8, Math.Round(record.Elapsed.TotalMilliseconds, 3));
        json.WriteNumber("engine_ms"u8, Math.Round(record.EngineTime.TotalMilliseconds, 3));
        if (record.Sql is { } sql && texts is not AuditTexts.Off)
        {
            json.WriteString("sql"u8, texts is AuditTexts.Full ? sql : HashOf(sql));
        }

        Texts(json, "parameters"u8, record.ParameterTypes);
        Texts(json, "datasets"u8, record.Datasets);
        Texts(json, "written"u8, record.Written);
        json.WriteNumber("rows"u8, record.Rows);
        json.WriteNumber("bytes_in"u8, record.BytesIn);
        json.WriteNumber("bytes_out"u8, record.BytesOut);
        json.WriteNumber("texts"u8, record.Texts);
        Text(json, "model"u8, record.Model);
        Text(json, "query_id"u8, record.QueryId);
        Text(json, "trace_id"u8, record.TraceId);
        json.WriteEndObject();
    }

    /// <summary>About how much memory a request that waits takes, in bytes.</summary>
    public static long SizeOf(RequestRecord record)
    {
        const int fixedBytes = 512;
        const int nameBytes = 96;
        return fixedBytes + (sizeof(char) * ((record.Sql?.Length ?? 0) + (record.Path?.Length ?? 0)))
            + (nameBytes * (record.Datasets.Count + record.Written.Count + record.ParameterTypes.Count));
    }

    private static string HashOf(string sql) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)))}";

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Texts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
