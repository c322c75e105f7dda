using Microsoft.AspNetCore.Connections;

namespace Lakehouse.Host.Server.Connections;

/// <summary>A connection in <see cref="ConnectionTable"/>. Only the table changes it, under its lock.</summary>
internal sealed class GatedConnection
{
    public GatedConnection(ConnectionContext transport)
    {
        Transport = transport;
        Node = new LinkedListNode<GatedConnection>(this);
    }

    public ConnectionContext Transport { get; }

    /// <summary>Its node for the list of its state; the same object is used in each list.</summary>
    public LinkedListNode<GatedConnection> Node { get; }

    public ConnectionState State { get; set; }

    /// <summary>True after a first request has begun: an answer may still be on its way to the client.</summary>
    public bool HasServed { get; set; }
}
