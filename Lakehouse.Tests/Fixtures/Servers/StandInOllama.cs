using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Tests.Fixtures;

/// <summary>
/// A server of 127.0.0.1 that speaks Ollama's wire format (docs/api.md of ollama/ollama): <c>/api/embed</c>, <c>/api/embeddings</c>, <c>/api/tags</c> and their
/// errors; It can be told to misbehave. A function of the test computes the vectors.
/// </summary>
public sealed class StandInOllama : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _aborted;

    private StandInOllama(WebApplication app) => _app = app;

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Makes the vector of a text; not normalised.</summary>
    public Func<string, float[]> Model { get; set; } = text => Hashed(text, 8);

    /// <summary>The models that were pulled, with their digests.</summary>
    public ConcurrentDictionary<string, string> Pulled { get; } = new(StringComparer.Ordinal) { ["nomic-embed-text:latest"] = "0a109f422b47" };

    /// <summary>True for a server of a version without <c>/api/embed</c>.</summary>
    public bool IsOld { get; set; }

    /// <summary>Longer texts exceed the context of the model.</summary>
    public int ContextLength { get; set; } = int.MaxValue;

    /// <summary>What to do instead of answering: it may write to the response, or abort. Null: nothing.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>All texts that were embedded, in the order of the requests.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The count of calls by path.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>The count of calls whose client disconnected before the answer.</summary>
    public int AbortedCount => Volatile.Read(ref _aborted);

    public static async Task<StandInOllama> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new StandInOllama(app);
        app.Use(server.CountAbortedAsync);
        app.MapPost("/api/embed", server.EmbedAsync);
        app.MapPost("/api/embeddings", server.EmbedOneAsync);
        app.MapGet("/api/tags", () => new { models = server.Pulled.Select(m => new { name = m.Key, model = m.Key, digest = m.Value }) });
        app.MapPost("/v1/embeddings", server.OpenAiAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>A vector that depends on the text alone; its length is not 1.</summary>
    public static float[] Hashed(string text, int dimension)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return [.. Enumerable.Range(0, dimension).Select(i => (hash[i % hash.Length] - 127.5f) / 10)];
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Counts a disconnected client at any stage of the call: a call that is cancelled early disconnects while its body is still being read.</summary>
    private async Task CountAbortedAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // An error that only results from the disconnected client is ignored.
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            Interlocked.Increment(ref _aborted);
        }
    }

    private async Task EmbedAsync(HttpContext context)
    {
        Calls.Enqueue(context.Request.Path);
        if (IsOld)
        {
            context.Response.StatusCode = 404;
            await context.Response.WriteAsync("404 page not found");
            return;
        }

        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var input = body.RootElement.GetProperty("input");
        var texts = input.ValueKind == JsonValueKind.String ? [input.GetString()!] : input.EnumerateArray().Select(t => t.GetString()!).ToList();
        if (await RefuseAsync(context, body.RootElement))
        {
            return;
        }

        var truncate = !body.RootElement.TryGetProperty("truncate", out var flag) || flag.GetBoolean();
        if (!truncate && texts.Any(t => t.Length > ContextLength))
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsJsonAsync(new { error = "the input length exceeds the context length" });
            return;
        }

        var vectors = texts.Select(text => Normalised(Embed(text))).ToList();
        await context.Response.WriteAsJsonAsync(
            new { model = "nomic-embed-text", embeddings = vectors, total_duration = 14143917, load_duration = 1019500, prompt_eval_count = 8 });
    }

    private async Task EmbedOneAsync(HttpContext context)
    {
        Calls.Enqueue(context.Request.Path);
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        if (!await RefuseAsync(context, body.RootElement))
        {
            await context.Response.WriteAsJsonAsync(new { embedding = Embed(body.RootElement.GetProperty("prompt").GetString()!).Select(v => (double)v) });
        }
    }

    /// <summary>OpenAI's form, for the other provider. In reverse order, because clients must go by the member index.</summary>
    private async Task OpenAiAsync(HttpContext context)
    {
        Calls.Enqueue(context.Request.Path);
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        if (Instead is not null)
        {
            await Instead(context);
            return;
        }

        if (context.Request.Headers.Authorization != "Bearer open-sesame")
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsJsonAsync(
                new { error = new { message = "Incorrect API key provided: wrong-secret.", type = "invalid_request_error", code = "invalid_api_key" } });
            return;
        }

        var data = body.RootElement.GetProperty("input")
            .EnumerateArray()
            .Select((text, i) => new { @object = "embedding", index = i, embedding = Embed(text.GetString()!) })
            .Reverse();
        await context.Response.WriteAsJsonAsync(new { @object = "list", data, model = "m", usage = new { prompt_tokens = 1, total_tokens = 1 } });
    }

    private async Task<bool> RefuseAsync(HttpContext context, JsonElement body)
    {
        if (Instead is { } instead)
        {
            await instead(context);
            return true;
        }

        var model = body.GetProperty("model").GetString()!;
        if (Pulled.ContainsKey(model) || Pulled.ContainsKey(model + ":latest"))
        {
            return false;
        }

        context.Response.StatusCode = 404;
        await context.Response.WriteAsJsonAsync(new { error = $"model \"{model}\" not found, try pulling it first" });
        return true;
    }

    private float[] Embed(string text)
    {
        Asked.Enqueue(text);
        return Model(text);
    }

    private static float[] Normalised(float[] vector)
    {
        var length = MathF.Sqrt(vector.Sum(v => v * v));
        return Array.ConvertAll(vector, v => v / length);
    }
}
