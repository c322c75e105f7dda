using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.Access;
using Lakehouse.Audit;
using Lakehouse.Catalog;
using Lakehouse.Core.Observation;
using Lakehouse.Core.Requests;
using Lakehouse.Embed;
using Lakehouse.Host.Cli;
using Lakehouse.Host.Server.Connections;
using Lakehouse.Host.Server.Edge;
using Lakehouse.Iceberg;
using Lakehouse.Ingest;
using Lakehouse.Mcp;
using Lakehouse.Memory;
using Lakehouse.Query;
using Lakehouse.Search;
using Lakehouse.Storage;
using Lakehouse.Telemetry;
using Lakehouse.Vector;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;

namespace Lakehouse.Host.Server;

/// <summary>Builds the web application: the modules, and the HTTP edge in front of them.</summary>
public static class LakehouseServer
{
    /// <summary>Builds the application. It listens after it is started, unless it is built to serve one client without a network.</summary>
    public static WebApplication Build(LakehouseSettings settings, bool listens = true)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "lakehouse", ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        AddLogging(builder.Logging, settings.Server, listens);

        var connections = new ConnectionTable(DescriptorBudget.FitConnections(settings, DescriptorBudget.ReadLimit()), settings.Server.HealthConnections);

        // ASPNETCORE_URLS and similar variables must not override server.bind, which BindGate has checked.
        builder.WebHost.PreferHostingUrls(false);
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, string.Empty);
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, settings.Server, connections));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Server.ShutdownTimeout);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services
            .AddSingleton<SignalLifetime>()
            .AddSingleton<IHostLifetime>(services => services.GetRequiredService<SignalLifetime>())
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks>()
            .AddSingleton(settings.Server)
            .AddSingleton(connections)
            .AddSingleton(new RequestMemory(settings.Server.RequestMemoryBytes))
            .AddSingleton<DeliveryWatch>()
            .AddHostedService(services => services.GetRequiredService<DeliveryWatch>())
            .AddSingleton(settings.Auth)
            .AddCors()
            .AddSingleton<RequestLogs>()
            .AddAudit(settings.Audit) // first, so that it is stopped last
            .AddStorage(settings.Storage)
            .AddCatalog(settings.Catalog)
            .AddIngest(settings.Ingest)
            .AddQuery(settings.Query, EngineCommand.Program)
            .AddVector(settings.Vector)
            .AddEmbed(settings.Embed)
            .AddSingleton<IEmbedCacheStore, EmbedCacheObject>()
            .AddSearch(settings.Search)
            .AddMemory(settings.Memory)
            .AddMcp(settings.Mcp)
            .AddIceberg(settings.Iceberg)
            .AddAccess(settings.Access)
            .AddTelemetry(builder.Logging, settings.Telemetry);
        if (!listens)
        {
            builder.Services.AddSingleton<IServer, SilentServer>();
        }

        ReserveThreads(settings);
        var app = builder.Build();
        app.UseMiddleware<RecordGate>();
        app.UseMiddleware<ProblemGate>();
        app.UseRouting(); // before the gates, so that their errors have the form that the endpoint wants
        app.UseMiddleware<BrowserGate>(); // before AccessGate, because a preflight carries no token
        app.UseMiddleware<ServingGate>();
        app.UseMiddleware<AccessGate>();
        app.UseMiddleware<QueryGate>(); // after AccessGate: a client without the token must not learn which parameters exist
        app.UseMiddleware<PaceGate>();
        app.UseMiddleware<BodyGate>(); // after PaceGate, because it can wait for the first byte of a chunked body
        app.MapHealth();
        app.MapStorage().MapCatalog().MapIngest().MapQuery().MapVector().MapEmbed().MapSearch().MapMemory().MapMcp().MapAccess().MapAudit().MapIceberg()
            .MapTelemetry();
        return app;
    }

    private static void AddLogging(ILoggingBuilder logging, ServerOptions options, bool ownsOutput)
    {
        if (!ownsOutput)
        {
            logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }

        logging.ClearProviders();
        logging.SetMinimumLevel(options.LogLevel);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("ModelContextProtocol", LogLevel.Warning); // it tells each message
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // the serve command reports why a start fails
        if (options.LogFormat == "json")
        {
            logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            });
        }
    }

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options, ConnectionTable connections)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = null; // ConnectionTable counts them: Kestrel's limit would refuse every new connection, also for /health
        kestrel.Limits.MinResponseDataRate = options.MinResponseRate;
        kestrel.Limits.MinRequestBodyDataRate = options.MinRequestRate;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
        kestrel.Limits.MaxRequestLineSize = options.MaxRequestLineBytes;
        kestrel.Limits.MaxRequestBufferSize = Math.Max(1 << 20, options.MaxRequestLineBytes);
        kestrel.Limits.RequestHeadersTimeout = options.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAlive;
        if (options.Bind is { IsLocalhost: true, Port: not 0 })
        {
            kestrel.ListenLocalhost(options.Bind.Port, Watch);
            return;
        }

        foreach (var address in Resolve(options.Bind))
        {
            kestrel.Listen(address, options.Bind.Port, Watch);
        }

        void Watch(ListenOptions listen) => listen.Use(
            next => ServingGate.Watch(next, connections, listen.ApplicationServices.GetRequiredService<DeliveryWatch>()));
    }

    private static IPAddress[] Resolve(BindAddress bind) =>
        bind.Address is { } address ? [address]
        : bind.IsLocalhost ? [IPAddress.Loopback]
        : Dns.GetHostAddresses(bind.HostName!);

    /// <summary>
    /// Raises the minimum of pool threads: the engine blocks the threads that it runs on, and the pool would only grow by about two threads a second.
    /// </summary>
    private static void ReserveThreads(LakehouseSettings settings)
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        var wanted = settings.Query.MaxRunning + settings.Ingest.MaxConcurrent + settings.Storage.MaxConcurrentPuts + Environment.ProcessorCount;
        ThreadPool.SetMinThreads(Math.Max(workers, wanted), ports);
    }
}
