using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Tests.Fixtures;

/// <summary>Another server on this machine: an empty page at every path, of an origin that is not the lakehouse's.</summary>
public sealed class PageServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PageServer(WebApplication app, int port) => (_app, Port) = (app, port);

    public int Port { get; }

    public string Origin => OriginOf("127.0.0.1");

    public static async Task<PageServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<!doctype html><title>page</title>");
        });
        await app.StartAsync();
        return new PageServer(app, new Uri(app.Urls.First()).Port);
    }

    /// <summary>The origin of this server under another name.</summary>
    public string OriginOf(string host) => $"http://{host}:{Port}";

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
