using System.Text;
using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Embed.Internal.Http;

/// <summary><c>/v1/embed</c>.</summary>
internal static class EmbedEndpoints
{
    private const string Form = "{\"texts\":[\"...\"],\"model\":\"optional\"}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/embed").WithTags("embed").Needs(AccessAction.Search);
        group.MapPost(string.Empty, EmbedAsync).WithMetadata(ReadsBody.Instance).WithSummary("Turns texts into unit vectors");
        group.MapGet("stats", Stats).Needs(AccessAction.Admin).WithSummary("The counters of the cache");
    }

    private static async Task EmbedAsync(HttpContext context, IEmbedder embedder, EmbedOptions options)
    {
        var answer = await embedder.EmbedAsync(await ReadAsync(context, options), context.RequestAborted);
        await EmbeddingJson.SendAsync(
            context,
            answer,
            json =>
            {
                json.WriteString("model"u8, answer.Model);
                json.WriteNumber("dimension"u8, answer.Dimension);
                json.WritePropertyName("vectors"u8);
            },
            (json, i) => EmbeddingJson.WriteVector(json, answer.Vectors[i].Span),
            _ => { });
    }

    private static async Task<EmbedRequest> ReadAsync(HttpContext context, EmbedOptions options)
    {
        using var json = await ReadAsync(context, options, Form);
        var body = new JsonMembers(json.RootElement);
        var texts = body.Texts("texts") ?? throw JsonMembers.Invalid($"there are no \"texts\"; the body has the form {Form}");
        var request = new EmbedRequest(texts, body.FilledText("model"), InputOf(body), body.Flag("truncate") ?? false);
        body.Complete();
        return request;
    }

    /// <summary>Reads a body of at most <c>embed.max_body_bytes</c>.</summary>
    public static ValueTask<JsonDocument> ReadAsync(HttpContext context, EmbedOptions options, string form) =>
        RequestBody.ReadObjectAsync(context, options.MaxBodyBytes, "embed.max_body_bytes", form);

    /// <summary>The model in a request of another API, which requires one; "" means the default model (null).</summary>
    public static string? RequiredModel(JsonMembers body, string missing) =>
        body.Text("model") is null ? throw JsonMembers.Invalid(missing) : body.FilledText("model");

    /// <summary>The value of <c>input_type</c>.</summary>
    public static EmbedInput InputOf(JsonMembers body) => body.Text("input_type") switch
    {
        null => EmbedInput.Plain,
        "query" => EmbedInput.Query,
        "document" => EmbedInput.Document,
        var other => throw JsonMembers.Invalid($"\"input_type\" is \"{other}\"; it is \"query\" or \"document\""),
    };

    /// <summary>Estimates the number of tokens as four bytes each, because only the model's own tokenizer knows it.</summary>
    public static long TokensOf(IReadOnlyList<string> texts) => texts.Sum(text => (Encoding.UTF8.GetByteCount(text) + 3L) / 4);

    private static Ok<StatsResponse> Stats(IEmbedder embedder)
    {
        var stats = embedder.Stats;
        return TypedResults.Ok(new StatsResponse(
            stats.HitCount, stats.MissCount, stats.HitRate, stats.EntryCount, stats.EntryCountMax, stats.EvictedCount, stats.CoalescedCount,
            stats.UpstreamCallCount, stats.UpstreamFailureCount));
    }

    private sealed record StatsResponse(
        long Hits, long Misses, double HitRate, int Size, int Capacity, long Evictions, long Coalesced, long UpstreamCalls, long UpstreamFailures);
}
