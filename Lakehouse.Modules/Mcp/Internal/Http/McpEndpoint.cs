using System.Text.Json;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Lakehouse.Mcp.Internal.Http;

/// <summary>
/// <c>/mcp</c>: the protocol over streamable HTTP. A client that initializes gets a session; a request without one is answered on its own. There is no stream
/// of messages that nobody asked for (GET), which the protocol leaves open.
/// </summary>
internal static class McpEndpoint
{
    public const string Path = "/mcp";

    private const string SessionHeader = "Mcp-Session-Id";
    private const string VersionHeader = "MCP-Protocol-Version";
    private const string EventStream = "text/event-stream";
    private const string Form = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, PostAsync)
            .WithTags("mcp")
            .WithMetadata(ReadsBody.Instance)
            .Needs(AccessAction.None)
            .WithSummary("The Model Context Protocol: a message of a client");
        routes.MapDelete(Path, DeleteAsync).WithTags("mcp").Needs(AccessAction.None).WithSummary("Ends a session of the Model Context Protocol");
    }

    private static async Task PostAsync(
        HttpContext context, LakeServers servers, McpSessions sessions, McpOptions options, ILoggerFactory loggers, IHostApplicationLifetime lifetime)
    {
        RequireAccept(context.Request);
        using var json = await RequestBody.ReadObjectAsync(context, options.MaxBodyBytes, "mcp.max_body_bytes", Form);
        var message = MessageOf(json.RootElement);
        message.Context = new JsonRpcMessageContext { ProtocolVersion = VersionOf(context.Request) };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        if (context.Request.Headers[SessionHeader].ToString() is { Length: > 0 } id)
        {
            using var use = sessions.Use(id);
            await SendAsync(context, use.Transport, message, stop.Token);
        }
        else if (message is JsonRpcRequest { Method: RequestMethods.Initialize })
        {
            using var use = sessions.Begin();
            context.Response.Headers[SessionHeader] = use.Id;
            await SendAsync(context, use.Transport, message, stop.Token);
        }
        else
        {
            await SendAloneAsync(context, servers, message, loggers, stop.Token);
        }
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, McpSessions sessions)
    {
        await sessions.EndAsync(context.Request.Headers[SessionHeader].ToString());
        return TypedResults.NoContent();
    }

    /// <summary>Answers a message that belongs to no session.</summary>
    private static async Task SendAloneAsync(
        HttpContext context, LakeServers servers, JsonRpcMessage message, ILoggerFactory loggers, CancellationToken stop)
    {
        await using var transport = new StreamableHttpServerTransport(loggers) { Stateless = true, FlowExecutionContextFromRequests = true };
        await using var server = servers.Create(transport);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = server.RunAsync(end.Token);
        try
        {
            await SendAsync(context, transport, message, stop);
        }
        finally
        {
            await end.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task SendAsync(HttpContext context, StreamableHttpServerTransport transport, JsonRpcMessage message, CancellationToken stop)
    {
        var response = context.Response;
        response.ContentType = EventStream;
        response.Headers.CacheControl = "no-cache, no-store";
        if (!await transport.HandlePostRequestAsync(message, response.Body, stop) && !response.HasStarted)
        {
            response.ContentType = null;
            response.StatusCode = StatusCodes.Status202Accepted;
        }
    }

    private static JsonRpcMessage MessageOf(JsonElement body)
    {
        try
        {
            return body.Deserialize<JsonRpcMessage>(McpJsonUtilities.DefaultOptions)!;
        }
        catch (JsonException error)
        {
            throw JsonMembers.Invalid($"the body is no message of JSON-RPC: {Form}", error);
        }
    }

    private static void RequireAccept(HttpRequest request)
    {
        var accepted = request.Headers.Accept;
        if (accepted.Count > 0 && MediaTypeHeaderValue.TryParseList(accepted, out var types)
            && !types.Any(t => new MediaTypeHeaderValue(EventStream).IsSubsetOf(t)))
        {
            throw new LakehouseException(
                ErrorKind.NotAcceptable, "not_acceptable", $"Answers are {EventStream}; send 'Accept: application/json, {EventStream}'.");
        }
    }

    private static string? VersionOf(HttpRequest request) => request.Headers[VersionHeader].ToString() is { Length: > 0 } version ? version : null;
}
