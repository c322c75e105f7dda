using System.Diagnostics;
using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
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
        routes.MapPost("/api/embed", EmbedAsync)
            .WithTags("ollama")
            .Needs(AccessAction.Search)
            .WithSummary("Ollama's embeddings")
            .WithMetadata(new OllamaProblem(), ReadsBody.Instance);

    private static async Task EmbedAsync(HttpContext context, IEmbedder embedder, EmbedOptions options)
    {
        var started = Stopwatch.GetTimestamp();
        using var json = await EmbedEndpoints.ReadAsync(context, options, Form);
        var body = new JsonMembers(json.RootElement);
        var model = EmbedEndpoints.RequiredModel(body, "there is no \"model\"");
        var texts = body.Member("input") switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } => [body.Text("input")!],
            _ => body.Texts("input")!,
        };

        // As in Ollama, texts are cut off unless the request says otherwise, and an empty input returns no vectors.
        var request = new EmbedRequest(texts, model, EmbedEndpoints.InputOf(body), body.Flag("truncate") ?? true);
        var answer = texts is [] or [""]
            ? new EmbedAnswer((await embedder.DescribeAsync(model, context.RequestAborted)).Name, 0, [], 0)
            : await embedder.EmbedAsync(request, context.RequestAborted);
        await EmbeddingJson.SendAsync(
            context,
            answer,
            output =>
            {
                output.WriteString("model"u8, answer.Model);
                output.WritePropertyName("embeddings"u8);
            },
            (output, i) => EmbeddingJson.WriteVector(output, answer.Vectors[i].Span),
            output =>
            {
                output.WriteNumber("total_duration"u8, Stopwatch.GetElapsedTime(started).Ticks * NanosecondsPerTick);
                output.WriteNumber("load_duration"u8, 0);
                output.WriteNumber("prompt_eval_count"u8, EmbedEndpoints.TokensOf(texts));
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
