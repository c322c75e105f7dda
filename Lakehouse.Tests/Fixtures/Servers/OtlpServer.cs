using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Tests.Fixtures;

/// <summary>Takes what OTLP sends over HTTP (opentelemetry.io/docs/specs/otlp), and reads the fields that tests ask for.</summary>
public sealed class OtlpServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, string Authorization, byte[] Body)> _taken = new();

    private OtlpServer(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>What came to a path.</summary>
    public IEnumerable<(string Authorization, ProtobufMessage Message)> Taken(string path) =>
        _taken.Where(t => t.Path == path).Select(t => (t.Authorization, new ProtobufMessage(t.Body)));

    /// <summary>The spans of a trace.</summary>
    public IReadOnlyList<OtlpSpan> Spans(string trace) =>
        [
            .. Taken("/v1/traces")
                .SelectMany(t => t.Message.Messages(1))
                .SelectMany(resource => resource.Messages(2))
                .SelectMany(scope => scope.Messages(2))
                .Where(span => span.Hex(1) == trace)
                .Select(span => new OtlpSpan(
                    span.Text(5),
                    span.Hex(2),
                    span.Hex(4),
                    span.Messages(9).ToDictionary(a => a.Text(1), a => ValueOf(a.Messages(2).Single())),
                    span.Messages(15).Any(status => status.Number(3) == 2)))
        ];

    public static async Task<OtlpServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new OtlpServer(app);
        app.Run(server.TakeAsync);
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string ValueOf(ProtobufMessage value) =>
        value.Text(1) is { Length: > 0 } text ? text : value.Number(3).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _taken.Enqueue((context.Request.Path.Value!, context.Request.Headers.Authorization.ToString(), body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }
}
