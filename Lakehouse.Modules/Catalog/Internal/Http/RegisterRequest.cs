using System.Text.Json;
using Lakehouse.Core.Requests;

namespace Lakehouse.Catalog.Internal.Http;

/// <summary>The body of <c>POST /v1/catalog/register</c>.</summary>
internal sealed record RegisterRequest(
    string? Name,
    string? SchemaFingerprint,
    IReadOnlyList<RegisterRequest.RegisteredObject> Objects,
    long? RowCount,
    IReadOnlyList<DatasetColumn> Columns)
{
    public const string Form =
        "{\"name\":\"workers\",\"schema_fingerprint\":\"v1\",\"objects\":[\"raw/workers.parquet\"],"
        + "\"row_count\":3,\"columns\":[{\"name\":\"id\",\"type\":\"BIGINT\"}]}";

    public static RegisterRequest Read(JsonElement json)
    {
        var body = new JsonMembers(json);
        var request = new RegisterRequest(
            body.Text("name"),
            body.Text("schema_fingerprint"),
            [.. (body.Items("objects") ?? []).Select(ReadObject)],
            body.LongCount("row_count"),
            [.. (body.Items("columns") ?? []).Select(ReadColumn)]);
        body.Complete();
        return request;
    }

    private static RegisteredObject ReadObject(JsonElement json, int index)
    {
        var path = $"objects[{index}]";
        if (json.ValueKind == JsonValueKind.String)
        {
            return new RegisteredObject(JsonMembers.TextOf(json, path), null, null);
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            throw JsonMembers.Invalid($"{path} is neither a key nor an object with \"key\"");
        }

        var members = new JsonMembers(json, path);
        var read = new RegisteredObject(members.Text("key"), members.LongCount("row_count"), members.FilledText("sha256"));
        members.Complete();
        return read;
    }

    private static DatasetColumn ReadColumn(JsonElement json, int index)
    {
        var path = $"columns[{index}]";
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw JsonMembers.Invalid($"{path} is not an object with \"name\" and \"type\"");
        }

        var members = new JsonMembers(json, path);
        var column = new DatasetColumn(members.Text("name") ?? string.Empty, members.Text("type") ?? string.Empty);
        members.Complete();
        return column;
    }

    /// <summary>A data file: only its key, or an object with <c>key</c> and optional members.</summary>
    internal sealed record RegisteredObject(string? Key, long? RowCount, string? Sha256);
}
