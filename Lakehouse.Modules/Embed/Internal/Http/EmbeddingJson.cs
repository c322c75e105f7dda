using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Lakehouse.Embed.Internal.Http;

/// <summary>Writes answers with vectors in parts, so that a batch is never in memory twice.</summary>
internal static class EmbeddingJson
{
    private const int FlushBytes = 256 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Sends an object: the members of <paramref name="head"/>, the list of vectors, the members of <paramref name="tail"/>.</summary>
    public static async Task SendAsync(
        HttpContext context, EmbedAnswer answer, Action<Utf8JsonWriter> head, Action<Utf8JsonWriter, int> item, Action<Utf8JsonWriter> tail)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        var output = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        head(json);
        json.WriteStartArray();
        for (var i = 0; i < answer.Vectors.Count; i++)
        {
            item(json, i);
            if (json.BytesPending > FlushBytes)
            {
                await json.FlushAsync(context.RequestAborted);
            }
        }

        json.WriteEndArray();
        tail(json);
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    /// <summary>Writes a list of numbers, each in the shortest form that reads back as the same float32.</summary>
    public static void WriteVector(Utf8JsonWriter json, ReadOnlySpan<float> vector)
    {
        json.WriteStartArray();
        foreach (var value in vector)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
