using Lakehouse.Core.Errors;
using Lakehouse.Host.Server.Connections;
using Microsoft.AspNetCore.Connections;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// Tells <see cref="ConnectionTable"/> and <see cref="DeliveryWatch"/> of connections and of the requests on them, and refuses what its reserve is not for.
/// </summary>
internal sealed class ServingGate(RequestDelegate next, ConnectionTable table)
{
    /// <summary>The part that stands before the server's HTTP.</summary>
    public static ConnectionDelegate Watch(ConnectionDelegate next, ConnectionTable table, DeliveryWatch deliveries) => async transport =>
    {
        if (table.Enter(transport) is not { } connection)
        {
            transport.Abort(new ConnectionAbortedException("Every connection is busy, those of the reserve too (server.max_connections)."));
            return;
        }

        transport.Features.Set(connection);
        using var delivery = deliveries.Enter(transport);
        try
        {
            await next(transport);
        }
        finally
        {
            table.Leave(connection);
        }
    };

    /// <summary>The part that stands before the endpoints.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<GatedConnection>() is not { } connection)
        {
            // Only a server in memory (TestServer) has no connections.
            if (context.Connection.RemoteIpAddress is not null)
            {
                throw new InvalidOperationException("A connection bypassed the connection table.");
            }

            await next(context);
            return;
        }

        var isServed = table.Begin(connection);
        try
        {
            if (!isServed && context.Request.Path != "/health")
            {
                context.Response.Headers.Connection = "close";
                throw new LakehouseException(
                    ErrorKind.Busy,
                    "too_many_connections",
                    $"All {table.ConnectionsMax} connections are busy with requests (server.max_connections). Try again soon.");
            }

            await next(context);
        }
        finally
        {
            table.End(connection);
        }
    }
}
