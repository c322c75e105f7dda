namespace Lakehouse.Host.Server.Connections;

/// <summary>The state of a connection in <see cref="ConnectionTable"/>.</summary>
internal enum ConnectionState
{
    /// <summary>It serves no request: none has arrived completely, or the last one is answered.</summary>
    Idle,

    /// <summary>It serves a request.</summary>
    Busy,

    /// <summary>As <see cref="Idle"/>, but in the reserve beyond the bound.</summary>
    ReserveIdle,

    /// <summary>As <see cref="Busy"/>, but in the reserve beyond the bound.</summary>
    ReserveBusy,

    /// <summary>It was asked to close after the answer that it is sending.</summary>
    Leaving,

    /// <summary>It is closed, or is being cut.</summary>
    Gone,
}
