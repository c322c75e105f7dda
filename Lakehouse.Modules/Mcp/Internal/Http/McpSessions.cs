using System.Collections.Concurrent;
using System.Security.Cryptography;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Server;

namespace Lakehouse.Mcp.Internal.Http;

/// <summary>The sessions of clients: what a client cancels belongs to a request that it made before. Thread-safe.</summary>
internal sealed class McpSessions(LakeServers servers, McpOptions options, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    private const int IdBytes = 24;

    private readonly ConcurrentDictionary<string, McpSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>Begins a session.</summary>
    public McpSession.Use Begin()
    {
        Prune();
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var transport = new StreamableHttpServerTransport(loggers) { SessionId = id, FlowExecutionContextFromRequests = true };
        var session = new McpSession(id, transport, servers.Create(transport), time);
        _sessions[id] = session;
        return session.Enter();
    }

    /// <summary>Uses a session.</summary>
    /// <exception cref="LakehouseException"><c>session_not_found</c> (<see cref="ErrorKind.NotFound"/>): the client begins a new one.</exception>
    public McpSession.Use Use(string id) => _sessions.TryGetValue(id, out var session) && IsOwn(session) ? session.Enter() : throw NotFound();

    /// <summary>Ends a session.</summary>
    /// <exception cref="LakehouseException">As <see cref="Use"/>.</exception>
    public async Task EndAsync(string id) =>
        await (_sessions.TryGetValue(id, out var session) && IsOwn(session) && _sessions.TryRemove(id, out _) ? session : throw NotFound()).DisposeAsync();

    private static bool IsOwn(McpSession session) => session.Owner == Caller.Current.Name;

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions.Values)
        {
            await session.DisposeAsync();
        }
    }

    /// <summary>Ends those that were idle for too long, and where there are too many, the one that was idle for longest.</summary>
    private void Prune()
    {
        var now = time.GetUtcNow();
        var idle = _sessions.Values.Where(s => s.IdleSince is not null).OrderBy(s => s.IdleSince).ToList();
        var surplus = _sessions.Count - options.MaxSessions + 1;
        foreach (var session in idle)
        {
            if ((surplus-- > 0 || now - session.IdleSince > options.SessionIdle) && _sessions.TryRemove(session.Id, out _))
            {
                _ = session.DisposeAsync().AsTask();
            }
        }

        if (_sessions.Count >= options.MaxSessions)
        {
            throw BusyErrors.TooMany("too_many_sessions", "sessions", options.MaxSessions, "mcp.max_sessions");
        }
    }

    private static LakehouseException NotFound() =>
        new(ErrorKind.NotFound, "session_not_found", "There is no such session, or it was idle for too long. Begin a new one with initialize.");
}
