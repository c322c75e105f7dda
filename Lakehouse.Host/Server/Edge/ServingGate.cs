using Lakehouse.Core.Errors;
using Lakehouse.Host.Server.Connections;
using Microsoft.AspNetCore.Connections;

namespace Lakehouse.Host.Server.Edge;

/// <summary>
/// Registers connections with <see cref="ConnectionTable"/> and <see cref="DeliveryWatch"/>, and requests with the former. Refuses requests other than
/// <c>/health</c> on connections of the reserve.
/// </summary>
internal sealed class ServingGate(RequestDelegate next, ConnectionTable table)
{
    /// <summary>The connection middleware, which runs before HTTP.</summary>
    public static ConnectionDelegate Watch(ConnectionDelegate next, ConnectionTable table, DeliveryWatch deliveries) => async transport =>
    {
        if (table.Enter(transport) is not { } connection)
        {
            transport.Abort(new ConnectionAbortedException("All connections are busy, including the reserve (server.max_connections)."));
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

    /// <summary>The HTTP middleware.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<GatedConnection>() is not { } connection)
        {
            // Only a server in memory (TestServer) has no connections.
            if (context.Connection.RemoteIpAddress is not null)
            {
                throw new InvalidOperationException("The connection is not in the connection table.");
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
