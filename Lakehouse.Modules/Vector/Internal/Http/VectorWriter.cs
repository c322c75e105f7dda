using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Lakehouse.Vector.Internal.Http;

/// <summary>Writes answers that hold items: their metadata is JSON already and is copied as it is.</summary>
internal static class VectorWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Sends what <paramref name="write"/> writes, whole.</summary>
    public static async Task SendAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(1_024);
        using (var json = new Utf8JsonWriter(body, Options))
        {
            write(json);
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    /// <summary><c>{"results":[...]}</c></summary>
    public static void WriteAnswer(Utf8JsonWriter json, VectorAnswer answer)
    {
        json.WriteStartObject();
        json.WriteStartArray("results"u8);
        foreach (var hit in answer.Hits)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, hit.Item.Id);
            json.WriteNumber("distance"u8, hit.Distance);
            ItemJson.WriteContent(json, hit.Item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        answer.Owner?.WriteAnswerMembers(json);
        json.WriteEndObject();
    }

    public static void WriteItem(Utf8JsonWriter json, StoredItem item)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, item.Id);
        ItemJson.WriteContent(json, item);
        json.WriteEndObject();
    }
}
