using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lakehouse.Tests.Fixtures;

/// <summary>
/// A TCP proxy on 127.0.0.1 in front of a server. It injects errors into some requests, chosen with a fixed seed: a request is refused, reset before or in the
/// middle of the answer, stalled, slowed down, cut short, or answered 500 or 503 instead of by the server.
/// </summary>
public sealed class FaultyProxy : IAsyncDisposable
{
    private static readonly string[] Kinds = ["refused", "reset before", "reset within", "stalled", "slow", "cut short", "500", "503 SlowDown"];

    private const int SlowBytes = 512;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _target;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private readonly Task _accepting;

    public FaultyProxy(string target, int seed)
    {
        _target = new Uri(target);
        _random = new Random(seed);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The share of requests with an injected error, 0 to 1.</summary>
    public double FaultShare { get; set; }

    /// <summary>How often each kind of error was injected.</summary>
    public ConcurrentDictionary<string, int> Injected { get; } = new(StringComparer.Ordinal);

    public int InjectedCount => Injected.Values.Sum();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var server = new TcpClient();
                await server.ConnectAsync(_target.Host, _target.Port, _stop.Token);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                var exchange = new Exchange();
                var down = AnswerAsync(client, server.GetStream(), exchange, both.Token);
                await AskAsync(client, server.GetStream(), exchange, both.Token);
                await both.CancelAsync();
                await down;
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One side has gone.
            }
        }
    }

    /// <summary>
    /// Forwards requests. The first bytes after an answer begin the next request, for which an error is chosen at random; likewise for the first request.
    /// </summary>
    private async Task AskAsync(TcpClient client, NetworkStream far, Exchange exchange, CancellationToken cancellationToken)
    {
        var near = client.GetStream();
        var buffer = new byte[64 * 1024];
        while (await near.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            if (exchange.IsAnswered)
            {
                (exchange.Kind, exchange.Left) = Draw();
                exchange.IsAnswered = false;
            }

            switch (exchange.Kind)
            {
                case "refused":
                    Reset(client);
                    return;
                case "500" or "503 SlowDown":
                    var body =
                        $"<?xml version=\"1.0\"?><Error><Code>{(exchange.Kind == "500" ? "InternalError" : "SlowDown")}</Code><Message>later</Message></Error>";
                    var head = $"HTTP/1.1 {(exchange.Kind == "500" ? "500 Internal Server Error" : "503 Slow Down")}\r\nContent-Type: "
                        + $"application/xml\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
                    await near.WriteAsync(Encoding.ASCII.GetBytes(head), cancellationToken);
                    return;
                default:
                    await far.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                    break;
            }
        }
    }

    /// <summary>Forwards answers, as far as the injected error allows.</summary>
    private static async Task AnswerAsync(TcpClient client, NetworkStream far, Exchange exchange, CancellationToken cancellationToken)
    {
        try
        {
            var near = client.GetStream();
            var buffer = new byte[64 * 1024];
            while (await far.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                exchange.IsAnswered = true;
                var part = Math.Min(count, exchange.Left);
                for (var sent = 0; sent < part; sent += SlowBytes)
                {
                    var step = exchange.Kind == "slow" ? Math.Min(SlowBytes, part - sent) : part;
                    await near.WriteAsync(buffer.AsMemory(sent, step), cancellationToken);
                    if (step == part)
                    {
                        break;
                    }

                    await Task.Yield();
                }

                exchange.Left -= part;
                if (part == count)
                {
                    continue;
                }

                switch (exchange.Kind)
                {
                    case "reset before" or "reset within":
                        Reset(client);
                        return;
                    case "cut short":
                        client.Close();
                        return;
                    default:
                        // Stalled: silent until the client gives up.
                        await Task.Delay(Timeout.Infinite, cancellationToken);
                        return;
                }
            }
        }
        catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone.
        }
    }

    /// <summary>The fault of a request, and how many bytes of its answer come through.</summary>
    private (string? Kind, int Left) Draw()
    {
        string? kind;
        int number;
        lock (_gate)
        {
            number = _random.Next(1, 2_000);
            kind = _random.NextDouble() < FaultShare ? Kinds[_random.Next(Kinds.Length)] : null;
        }

        if (kind is not null)
        {
            Injected.AddOrUpdate(kind, 1, (_, count) => count + 1);
        }

        return (kind, kind switch
        {
            "reset before" or "stalled" => 0,
            "reset within" or "cut short" => number,
            _ => int.MaxValue,
        });
    }

    private static void Reset(TcpClient client) => client.Client.Close(0);

    /// <summary>The request that a connection is at.</summary>
    private sealed class Exchange
    {
        public string? Kind { get; set; }

        public int Left { get; set; } = int.MaxValue;

        public bool IsAnswered { get; set; } = true;
    }
}
