using Lakehouse.Core.Configuration;
using Lakehouse.Host.Server.Edge;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lakehouse.Host.Server;

/// <summary>The tables <c>[server]</c> and <c>[log]</c>.</summary>
public sealed record ServerOptions
{
    /// <summary>Where to listen.</summary>
    public required BindAddress Bind { get; init; }

    /// <summary>Host names that a request may be addressed to, besides loopback ones. Not used when a token is set.</summary>
    public required IReadOnlyList<HostPattern> AllowedHosts { get; init; }

    /// <summary>Origins whose pages may call the server from a browser, as browsers write them.</summary>
    public required IReadOnlyList<string> AllowedOrigins { get; init; }

    /// <summary>How many connections are open at once.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>How many more are accepted for <c>/health</c> when all of those serve requests.</summary>
    public required int HealthConnections { get; init; }

    /// <summary>The largest body of a request to an endpoint without its own bound.</summary>
    public required long MaxBodyBytes { get; init; }

    /// <summary>All headers of a request together.</summary>
    public required int MaxHeaderBytes { get; init; }

    /// <summary>The size of the first line of a request, which includes the object key.</summary>
    public required int MaxRequestLineBytes { get; init; }

    /// <summary>How long the headers of a request may take to arrive.</summary>
    public required TimeSpan HeaderTimeout { get; init; }

    /// <summary>The memory of all bodies and answers that requests hold whole.</summary>
    public required long RequestMemoryBytes { get; init; }

    /// <summary>How long an idle connection is kept.</summary>
    public required TimeSpan KeepAlive { get; init; }

    /// <summary>The lowest rate at which a client must read an answer; null for no limit.</summary>
    public required MinDataRate? MinResponseRate { get; init; }

    /// <summary>The lowest rate at which a body must arrive; null for no limit.</summary>
    public required MinDataRate? MinRequestRate { get; init; }

    /// <summary>How long running requests may take to finish when the program stops.</summary>
    public required TimeSpan ShutdownTimeout { get; init; }

    /// <summary><c>text</c> or <c>json</c>.</summary>
    public required string LogFormat { get; init; }

    /// <summary>The least severe level that is logged.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>Reads the options; errors are collected in <paramref name="settings"/>.</summary>
    public static ServerOptions Read(SettingsReader settings)
    {
        var bind = settings.Text(
            "server",
            "bind",
            "127.0.0.1:3110",
            "ADDRESS:PORT, e.g. \"127.0.0.1:3110\", \"[::1]:3110\" or \"localhost:3110\", with a port from 0 to 65535",
            text => BindAddress.TryParse(text, out _));
        _ = BindAddress.TryParse(bind, out var address);
        var hosts = settings.List("server", "allowed_hosts", HostPattern.Syntax, text => HostPattern.TryParse(text, out _));
        var responseRate = settings.Size("server", "min_response_rate", "16KiB", "0", "1GiB");
        var requestRate = settings.Size("server", "min_request_rate", "4KiB", "0", "1GiB");
        var grace = settings.Time("server", "rate_grace", "5s", "2s", "1h"); // Kestrel checks once a second, and requires more than that
        return new ServerOptions
        {
            Bind = address!,
            AllowedHosts = [.. hosts.Select(HostPattern.Parse)],
            AllowedOrigins = settings.List("server", "allowed_origins", WebOrigin.Syntax, WebOrigin.IsWritten),
            MaxConnections = settings.Count("server", "max_connections", 1_024, 1, 1_000_000),
            HealthConnections = settings.Count("server", "health_connections", 16, 0, 1_000),
            MaxBodyBytes = settings.Size("server", "max_body_bytes", "8MiB", "1KiB", "1GiB"),
            RequestMemoryBytes = settings.Size("server", "request_memory", "512MiB", "1MiB", "16TiB"),
            MaxHeaderBytes = (int)settings.Size("server", "max_header_bytes", "32KiB", "1KiB", "1MiB"),
            MaxRequestLineBytes = (int)settings.Size("server", "max_request_line_bytes", "8KiB", "1KiB", "64KiB"),
            HeaderTimeout = settings.Time("server", "header_timeout", "10s", "1s", "1h"),
            KeepAlive = settings.Time("server", "keep_alive", "60s", "1s", "1d"),
            MinResponseRate = responseRate > 0 ? new MinDataRate(responseRate, grace) : null,
            MinRequestRate = requestRate > 0 ? new MinDataRate(requestRate, grace) : null,
            ShutdownTimeout = settings.Time("server", "shutdown_timeout", "30s", "0s", "1h"),
            LogFormat = settings.Choice("log", "format", "text", "text", "json"),
            LogLevel = settings.Choice("log", "level", "info", "debug", "info", "warning", "error") switch
            {
                "debug" => LogLevel.Debug,
                "warning" => LogLevel.Warning,
                "error" => LogLevel.Error,
                _ => LogLevel.Information,
            },
        };
    }
}
