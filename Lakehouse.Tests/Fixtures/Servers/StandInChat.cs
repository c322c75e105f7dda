using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Tests.Fixtures;

/// <summary>A server of 127.0.0.1 with OpenAI's <c>POST /v1/chat/completions</c> (API reference, "Create chat completion").</summary>
public sealed class StandInChat : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StandInChat(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    /// <summary>What the model says to the last message.</summary>
    public Func<string, string> Model { get; set; } = _ => "{\"title\": \"a title\", \"summary\": \"a summary\"}";

    /// <summary>What it answers instead; null for nothing.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>The requests, as they came.</summary>
    public ConcurrentQueue<JsonElement> Asked { get; } = new();

    /// <summary>The headers <c>Authorization</c>.</summary>
    public ConcurrentQueue<string> Tokens { get; } = new();

    public static async Task<StandInChat> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new StandInChat(app);
        app.MapPost("/v1/chat/completions", server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
        Asked.Enqueue(request);
        Tokens.Enqueue(context.Request.Headers.Authorization.ToString());
        if (Instead is not null)
        {
            await Instead(context);
            return;
        }

        var messages = request.GetProperty("messages");
        var content = Model(messages[messages.GetArrayLength() - 1].GetProperty("content").GetString()!);
        await context.Response.WriteAsJsonAsync(new { choices = new[] { new { index = 0, message = new { role = "assistant", content } } } });
    }
}
