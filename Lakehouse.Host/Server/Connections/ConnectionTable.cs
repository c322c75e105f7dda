using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Lakehouse.Host.Server.Connections;

/// <summary>
/// Bounds the connections that are open, without shutting out who comes last. At the bound a new connection takes the place of the one that has been without a
/// request for longest: a client that opens connections and sends nothing, or half a request, closes its own. Where every connection serves a request, a small
/// reserve is let in, on which <c>/health</c> is answered and everything else is refused in words. Every step is O(1). Thread-safe.
/// </summary>
/// <param name="connectionsMax">How many are open at once, 1 or more.</param>
/// <param name="reserveMax">How many more for <c>/health</c>; also how many of those asked to close may still be sending. 0: none.</param>
internal sealed class ConnectionTable(int connectionsMax, int reserveMax)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<GatedConnection> _idle = new();
    private readonly LinkedList<GatedConnection> _reserveIdle = new();
    private readonly LinkedList<GatedConnection> _leaving = new();
    private int _count;
    private int _reserveCount;

    /// <summary>How many are open at once, beside the reserve.</summary>
    public int ConnectionsMax => connectionsMax;

    /// <summary>Takes a connection in; null where there is no place, not in the reserve either.</summary>
    public GatedConnection? Enter(ConnectionContext transport)
    {
        var connection = new GatedConnection(transport);
        var evicted = default(Evicted);
        lock (_lock)
        {
            if (_count < connectionsMax || Evict(_idle, ref _count, ref evicted))
            {
                _count++;
                Await(connection, ConnectionState.Idle, _idle);
            }
            else if (_reserveCount < reserveMax || Evict(_reserveIdle, ref _reserveCount, ref evicted))
            {
                _reserveCount++;
                Await(connection, ConnectionState.ReserveIdle, _reserveIdle);
            }
            else
            {
                return null;
            }
        }

        evicted.Close();
        return connection;
    }

    /// <summary>A request has begun. False where it must be refused unless it is for <c>/health</c>: every place is taken by requests.</summary>
    public bool Begin(GatedConnection connection)
    {
        var evicted = default(Evicted);
        bool isServed;
        lock (_lock)
        {
            connection.HasServed = true;
            isServed = connection.State switch
            {
                ConnectionState.Idle => Serve(connection, ConnectionState.Busy),
                ConnectionState.ReserveIdle => ServeFromReserve(connection, ref evicted),
                ConnectionState.Leaving => Readmit(connection, ref evicted),
                _ => false,
            };
        }

        evicted.Close();
        return isServed;
    }

    /// <summary>The request has ended.</summary>
    public void End(GatedConnection connection)
    {
        lock (_lock)
        {
            switch (connection.State)
            {
                case ConnectionState.Busy:
                    Await(connection, ConnectionState.Idle, _idle);
                    break;
                case ConnectionState.ReserveBusy:
                    Await(connection, ConnectionState.ReserveIdle, _reserveIdle);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The connection is closed.</summary>
    public void Leave(GatedConnection connection)
    {
        lock (_lock)
        {
            connection.Node.List?.Remove(connection.Node);
            _count -= connection.State is ConnectionState.Idle or ConnectionState.Busy ? 1 : 0;
            _reserveCount -= connection.State is ConnectionState.ReserveIdle or ConnectionState.ReserveBusy ? 1 : 0;
            connection.State = ConnectionState.Gone;
        }
    }

    private static void Await(GatedConnection connection, ConnectionState state, LinkedList<GatedConnection> list)
    {
        connection.State = state;
        list.AddLast(connection.Node);
    }

    private static bool Serve(GatedConnection connection, ConnectionState state)
    {
        connection.Node.List!.Remove(connection.Node);
        connection.State = state;
        return state == ConnectionState.Busy;
    }

    /// <summary>A connection of the reserve becomes one of the others as soon as there is a place.</summary>
    private bool ServeFromReserve(GatedConnection connection, ref Evicted evicted)
    {
        if (_count >= connectionsMax && !Evict(_idle, ref _count, ref evicted))
        {
            return Serve(connection, ConnectionState.ReserveBusy);
        }

        _reserveCount--;
        _count++;
        return Serve(connection, ConnectionState.Busy);
    }

    /// <summary>The request was on its way when the connection was asked to close: it is served where there is a place.</summary>
    private bool Readmit(GatedConnection connection, ref Evicted evicted)
    {
        if (_count >= connectionsMax && !Evict(_idle, ref _count, ref evicted))
        {
            return false;
        }

        _count++;
        return Serve(connection, ConnectionState.Busy);
    }

    /// <summary>
    /// Takes the longest idle connection out. One that has never served a request is cut; one that has is asked to close, for its last answer may still be on
    /// its way to a slow reader. Half of another request can keep that one open, so of these only so many are left alone.
    /// </summary>
    private bool Evict(LinkedList<GatedConnection> list, ref int count, ref Evicted evicted)
    {
        if (list.First is not { } oldest)
        {
            return false;
        }

        list.RemoveFirst();
        count--;
        if (!oldest.Value.HasServed)
        {
            oldest.Value.State = ConnectionState.Gone;
            evicted.Cut = oldest.Value;
            return true;
        }

        Await(oldest.Value, ConnectionState.Leaving, _leaving);
        evicted.Asked = oldest.Value;
        if (_leaving.Count > reserveMax)
        {
            evicted.Cut = _leaving.First!.Value;
            evicted.Cut.State = ConnectionState.Gone;
            _leaving.RemoveFirst();
        }

        return true;
    }

    /// <summary>What is to be closed once the lock is free: closing runs code of the server.</summary>
    private struct Evicted
    {
        public GatedConnection? Asked;
        public GatedConnection? Cut;

        public readonly void Close()
        {
            Asked?.Transport.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            Cut?.Transport.Abort(new ConnectionAbortedException("Another connection needed the place (server.max_connections)."));
        }
    }
}
