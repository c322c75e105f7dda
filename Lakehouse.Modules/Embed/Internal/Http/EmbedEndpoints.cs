using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Lakehouse.Embed.Internal.Http;

/// <summary><c>/v1/embed</c>.</summary>
internal static class EmbedEndpoints
{
    private const string Form = "{\"texts\":[\"...\"],\"model\":\"optional\"}";

    private static readonly string[] Members = ["texts", "model", "input_type", "truncate"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/embed").WithTags("embed");
        group.MapPost(string.Empty, EmbedAsync).WithSummary("Turns texts into unit vectors");
        group.MapGet("stats", Stats).WithSummary("The counters of the cache");
    }

    private static async Task EmbedAsync(HttpContext context, IEmbedder embedder, EmbedOptions options)
    {
        var answer = await embedder.EmbedAsync(await ReadAsync(context, options), context.RequestAborted);
        await VectorJson.SendAsync(
            context,
            answer,
            json =>
            {
                json.WriteString("model"u8, answer.Model);
                json.WriteNumber("dimension"u8, answer.Dimension);
                json.WritePropertyName("vectors"u8);
            },
            (json, i) => VectorJson.WriteVector(json, answer.Vectors[i].Span),
            _ => { });
    }

    private static async Task<EmbedRequest> ReadAsync(HttpContext context, EmbedOptions options)
    {
        using var body = await JsonBody.ReadAsync(context, options, Form);
        var root = body.RootElement;
        foreach (var member in root.EnumerateObject())
        {
            if (!Members.Contains(member.Name, StringComparer.Ordinal))
            {
                throw EmbedErrors.Request($"there is no member \"{member.Name}\"; there are {string.Join(", ", Members)}");
            }
        }

        var texts = JsonBody.Member(root, "texts") is { ValueKind: JsonValueKind.Array } list
            ? JsonBody.Texts(list, "texts")
            : throw EmbedErrors.Request($"\"texts\" is not a list of texts; the body has the form {Form}");
        return new EmbedRequest(texts, JsonBody.Text(root, "model"), InputOf(root), JsonBody.Flag(root, "truncate") ?? false);
    }

    /// <summary>What <c>input_type</c> says.</summary>
    public static EmbedInput InputOf(JsonElement body) => JsonBody.Text(body, "input_type") switch
    {
        null => EmbedInput.Plain,
        "query" => EmbedInput.Query,
        "document" => EmbedInput.Document,
        var other => throw EmbedErrors.Request($"\"input_type\" is \"{other}\"; it is \"query\" or \"document\""),
    };

    private static Ok<StatsResponse> Stats(IEmbedder embedder)
    {
        var stats = embedder.Stats;
        return TypedResults.Ok(new StatsResponse(
            stats.HitCount, stats.MissCount, stats.HitRate, stats.EntryCount, stats.EntryCountMax, stats.EvictedCount, stats.CoalescedCount, stats.UpstreamCallCount, stats.UpstreamFailureCount));
    }

    private sealed record StatsResponse(
        long Hits, long Misses, double HitRate, int Size, int Capacity, long Evictions, long Coalesced, long UpstreamCalls, long UpstreamFailures);
}
