using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lakehouse.Tests.Fixtures;

/// <summary>A connection that can send bytes that a correct HTTP client would not send.</summary>
public sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private RawClient()
    {
    }

    /// <summary>Connects, and sends a text.</summary>
    public static async Task<RawClient> SendAsync(int port, string text, int? receiveBufferBytes = null)
    {
        var client = new RawClient();
        if (receiveBufferBytes is { } size)
        {
            client._socket.ReceiveBufferSize = size;
        }

        await client._socket.ConnectAsync(IPAddress.Loopback, port);
        await client.SendAsync(text);
        return client;
    }

    public async Task SendAsync(string text)
    {
        ReadOnlyMemory<byte> bytes = Encoding.ASCII.GetBytes(text);
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes)..];
        }
    }

    /// <summary>Reads until the server closes the connection. Null when the server cut it.</summary>
    /// <param name="bytesPerSecond">The highest rate of reading; null for no limit.</param>
    public async Task<string?> ReadToEndAsync(int? bytesPerSecond = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        var watch = Stopwatch.StartNew();
        var read = 0L;
        try
        {
            while (await _socket.ReceiveAsync(buffer, patience.Token) is var count and > 0)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
                read += count;

                // Computed from the total, so that a delay that took too long is compensated.
                if (bytesPerSecond is { } rate && TimeSpan.FromSeconds((double)read / rate) - watch.Elapsed is var ahead && ahead > TimeSpan.Zero)
                {
                    await Task.Delay(ahead);
                }
            }
        }
        catch (SocketException)
        {
            return null;
        }

        return text.ToString();
    }

    /// <summary>Reads until a text has arrived.</summary>
    public async Task<string> ReadUntilAsync(string end)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var text = new StringBuilder();
        var buffer = new byte[4 * 1024];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            var count = await _socket.ReceiveAsync(buffer, patience.Token);
            text.Append(count > 0 ? Encoding.ASCII.GetString(buffer, 0, count) : throw new EndOfStreamException($"the server closed after '{text}'"));
        }

        return text.ToString();
    }

    public void Dispose() => _socket.Dispose();
}
