using System.Diagnostics;
using System.Text.Json;
using Lakehouse.Core.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Embed.Internal.Http;

/// <summary>Ollama's <c>POST /api/embed</c>, with its shapes of answers and errors.</summary>
internal static class OllamaEndpoints
{
    private const string Form = "{\"model\":\"...\",\"input\":\"...\"}";
    private const int NanosecondsPerTick = 100;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/embed", EmbedAsync).WithTags("ollama").WithSummary("Ollama's embeddings").WithMetadata(new OllamaProblem());

    private static async Task EmbedAsync(HttpContext context, IEmbedder embedder, EmbedOptions options)
    {
        var started = Stopwatch.GetTimestamp();
        using var body = await JsonBody.ReadAsync(context, options, Form);
        var root = body.RootElement;
        var model = JsonBody.Text(root, "model") ?? throw EmbedErrors.Request("there is no \"model\"");
        var texts = JsonBody.Member(root, "input") switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } => [JsonBody.Text(root, "input")!],
            { ValueKind: JsonValueKind.Array } list => JsonBody.Texts(list, "input"),
            _ => throw EmbedErrors.Request("\"input\" is neither a text nor a list of texts"),
        };

        // Ollama cuts off unless it is told not to, and answers no input with no vectors.
        var request = new EmbedRequest(texts, model, EmbedEndpoints.InputOf(root), JsonBody.Flag(root, "truncate") ?? true);
        var answer = texts is [] or [""]
            ? new EmbedAnswer((await embedder.DescribeAsync(model, context.RequestAborted)).Name, 0, [], 0)
            : await embedder.EmbedAsync(request, context.RequestAborted);
        await VectorJson.SendAsync(
            context,
            answer,
            json =>
            {
                json.WriteString("model"u8, answer.Model);
                json.WritePropertyName("embeddings"u8);
            },
            (json, i) => VectorJson.WriteVector(json, answer.Vectors[i].Span),
            json =>
            {
                json.WriteNumber("total_duration"u8, Stopwatch.GetElapsedTime(started).Ticks * NanosecondsPerTick);
                json.WriteNumber("load_duration"u8, 0);
            });
    }

    /// <summary><c>{"error":"..."}</c>.</summary>
    private sealed class OllamaProblem : IProblemForm
    {
        public void Write(Utf8JsonWriter json, int status, string code, string detail)
        {
            json.WriteStartObject();
            json.WriteString("error"u8, detail);
            json.WriteEndObject();
        }
    }
}
