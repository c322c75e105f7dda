namespace Lakehouse.Host.Server.Connections;

/// <summary>Where a connection stands in <see cref="ConnectionTable"/>.</summary>
internal enum ConnectionState
{
    /// <summary>It serves no request: nothing has come yet, half of one, or the last one is answered.</summary>
    Idle,

    /// <summary>It serves a request.</summary>
    Busy,

    /// <summary>As <see cref="Idle"/>, beyond the bound.</summary>
    ReserveIdle,

    /// <summary>As <see cref="Busy"/>, beyond the bound.</summary>
    ReserveBusy,

    /// <summary>It was asked to close after what it is sending.</summary>
    Leaving,

    /// <summary>It is closed.</summary>
    Gone,
}
