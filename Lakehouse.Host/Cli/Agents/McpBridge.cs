using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Lakehouse.Host.Cli.Agents;

/// <summary>Carries the messages of a client that speaks over streams to a server, and back.</summary>
internal static class McpBridge
{
    private const int InternalError = -32603; // of JSON-RPC

    /// <summary>Runs until the input ends.</summary>
    /// <param name="server">The server's address.</param>
    /// <param name="token">The token for it; empty for none.</param>
    /// <param name="input">The client's messages.</param>
    /// <param name="output">Receives the answers.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task RunAsync(Uri server, string token, Stream input, Stream output, CancellationToken stop)
    {
        await using var local = new StreamServerTransport(input, output, "lakehouse");
        await using var http = new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(server, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = token.Length > 0 ? new Dictionary<string, string> { ["Authorization"] = "Bearer " + token } : null,
        });
        await using var remote = await http.ConnectAsync(stop);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var answering = AnswerAsync(remote, local, end.Token);
        var sending = new List<Task>();
        try
        {
            await foreach (var message in local.MessageReader.ReadAllAsync(stop))
            {
                sending.RemoveAll(t => t.IsCompleted);
                var sent = SendAsync(message, remote, local, stop);
                if (message is JsonRpcRequest { Method: RequestMethods.Initialize } or JsonRpcNotification)
                {
                    await sent; // the others need the session, and a cancellation its request
                }
                else
                {
                    sending.Add(sent); // until its answer has come
                }
            }

            await Task.WhenAll(sending);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl+C.
        }

        await end.CancelAsync();
        await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task AnswerAsync(ITransport remote, ITransport local, CancellationToken end)
    {
        await foreach (var message in remote.MessageReader.ReadAllAsync(end))
        {
            await local.SendMessageAsync(message, end);
        }
    }

    /// <summary>Sends a message. A request that the server does not answer gets an error, so that its client does not wait.</summary>
    private static async Task SendAsync(JsonRpcMessage message, ITransport remote, ITransport local, CancellationToken stop)
    {
        try
        {
            await remote.SendMessageAsync(message, stop);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or InvalidOperationException)
        {
            await Terminal.Error.WriteLineAsync(error.Message);
            if (message is JsonRpcRequest request)
            {
                var detail = new JsonRpcErrorDetail { Code = InternalError, Message = $"The server at --url did not answer: {error.Message}" };
                await local.SendMessageAsync(new JsonRpcError { Id = request.Id, Error = detail }, stop);
            }
        }
    }
}
