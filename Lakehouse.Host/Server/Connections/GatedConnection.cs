using Microsoft.AspNetCore.Connections;

namespace Lakehouse.Host.Server.Connections;

/// <summary>A connection in <see cref="ConnectionTable"/>, which alone changes it, under its lock.</summary>
internal sealed class GatedConnection
{
    public GatedConnection(ConnectionContext transport)
    {
        Transport = transport;
        Node = new LinkedListNode<GatedConnection>(this);
    }

    public ConnectionContext Transport { get; }

    /// <summary>Its place in the list of its state, made once.</summary>
    public LinkedListNode<GatedConnection> Node { get; }

    public ConnectionState State { get; set; }

    /// <summary>True once a request has begun: its answer may still be on its way.</summary>
    public bool HasServed { get; set; }
}
