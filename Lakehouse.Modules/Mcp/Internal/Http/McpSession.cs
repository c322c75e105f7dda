using Lakehouse.Core.Access;
using ModelContextProtocol.Server;

namespace Lakehouse.Mcp.Internal.Http;

/// <summary>A session of a client. Thread-safe.</summary>
internal sealed class McpSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly McpServer _server;
    private readonly TimeProvider _time;
    private readonly Task _running;
    private readonly Lock _gate = new();
    private int _uses;
    private DateTimeOffset _lastUse;

    public McpSession(string id, StreamableHttpServerTransport transport, McpServer server, TimeProvider time)
    {
        (Id, Transport, _server, _time, _lastUse) = (id, transport, server, time, time.GetUtcNow());
        _running = server.RunAsync(_end.Token);
    }

    /// <summary>The name of the caller who has begun it, and who alone uses it.</summary>
    public string Owner { get; } = Caller.Current.Name;

    /// <summary>Its id.</summary>
    public string Id { get; }

    private StreamableHttpServerTransport Transport { get; }

    /// <summary>Since when no request of it runs; null while one does.</summary>
    public DateTimeOffset? IdleSince
    {
        get
        {
            lock (_gate)
            {
                return _uses == 0 ? _lastUse : null;
            }
        }
    }

    /// <summary>Begins a request.</summary>
    public Use Enter()
    {
        lock (_gate)
        {
            _uses++;
        }

        return new Use(this);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
        await Transport.DisposeAsync();
        _end.Dispose();
    }

    /// <summary>A request of a session.</summary>
    internal sealed class Use(McpSession session) : IDisposable
    {
        public string Id => session.Id;

        public StreamableHttpServerTransport Transport => session.Transport;

        public void Dispose()
        {
            lock (session._gate)
            {
                session._uses--;
                session._lastUse = session._time.GetUtcNow();
            }
        }
    }
}
