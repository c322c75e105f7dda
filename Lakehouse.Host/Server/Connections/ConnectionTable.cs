using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Lakehouse.Host.Server.Connections;

/// <summary>
/// Bounds the open connections, but still accepts new ones. At the bound, a new connection replaces the one that has been without a request for the longest
/// time, so a client that opens connections and sends nothing, or half a request, only closes its own. When every connection serves a request, a small reserve
/// of connections is accepted: <c>/health</c> is answered on them, and other requests get an error. Every operation is O(1). Thread-safe.
/// </summary>
/// <param name="connectionsMax">How many are open at once, 1 or more.</param>
/// <param name="reserveMax">
/// How many more are accepted for <c>/health</c>; also how many connections that were asked to close may still be sending. 0: none.
/// </param>
internal sealed class ConnectionTable(int connectionsMax, int reserveMax)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<GatedConnection> _idle = new();
    private readonly LinkedList<GatedConnection> _reserveIdle = new();
    private readonly LinkedList<GatedConnection> _leaving = new();
    private int _count;
    private int _reserveCount;

    /// <summary>How many connections can be open at once, without the reserve.</summary>
    public int ConnectionsMax => connectionsMax;

    /// <summary>Adds a connection. Null when there is no room for it, not even in the reserve.</summary>
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

    /// <summary>
    /// Notes that a request has begun. False when it must be refused unless it is for <c>/health</c>, because all connections serve requests.
    /// </summary>
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

    /// <summary>Notes that the request has ended.</summary>
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

    /// <summary>Removes a closed connection.</summary>
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

    /// <summary>Moves a connection of the reserve to the others if there is room for it.</summary>
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

    /// <summary>The request was sent before the client saw that the connection should close. It is served if there is room.</summary>
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
    /// Removes the connection that has been idle for the longest time. One that has never served a request is cut. One that has is asked to close, because its
    /// last answer may still be on its way to a slow reader. A client can keep it open with half of another request, so at most <c>reserveMax</c> such
    /// connections remain, and the oldest beyond that is cut.
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

    /// <summary>Connections to close after the lock is released, because closing runs code of Kestrel.</summary>
    private struct Evicted
    {
        public GatedConnection? Asked;
        public GatedConnection? Cut;

        public readonly void Close()
        {
            Asked?.Transport.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            Cut?.Transport.Abort(new ConnectionAbortedException("Closed to make room for a newer connection (server.max_connections)."));
        }
    }
}
