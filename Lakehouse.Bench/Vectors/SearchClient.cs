using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Lakehouse.Bench.Vectors;

/// <summary>
/// A client of several connections, driven by one thread; each connection sends one search after the other. It does as little work as possible, because it
/// shares the processors with the server: requests are bytes made beforehand, and answers are only read to their end.
/// </summary>
internal sealed class SearchClient : IDisposable
{
    private readonly List<Connection> _connections;

    public SearchClient(int port, int connectionCount) => _connections = [.. Enumerable.Range(0, connectionCount).Select(_ => new Connection(port))];

    /// <summary>The body of a search.</summary>
    public static string Body(ReadOnlySpan<float> vector, int k, int ef)
    {
        var numbers = new StringBuilder();
        foreach (var value in vector)
        {
            numbers.Append(numbers.Length > 0 ? "," : string.Empty).Append(value.ToString("R", CultureInfo.InvariantCulture));
        }

        return $"{{\"vector\":[{numbers}],\"k\":{k},\"ef\":{ef}}}";
    }

    /// <summary>Makes a request with an ASCII body.</summary>
    public static byte[] Request(string index, string body) => Encoding.ASCII.GetBytes(
        $"POST /v1/vectors/index/{index}/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    /// <summary>Sends every request once, each on a free connection. Fails when the status of an answer is not 200.</summary>
    public void Ask(byte[][] requests)
    {
        var next = 0;
        foreach (var connection in _connections)
        {
            connection.Send(requests[next++]);
        }

        var ready = new List<Socket>(_connections.Count);
        for (var answered = 0; answered < requests.Length;)
        {
            ready.Clear();
            ready.AddRange(_connections.Select(c => c.Socket));
            Socket.Select(ready, null, null, -1);
            foreach (var connection in _connections.Where(c => ready.Contains(c.Socket)))
            {
                if (connection.TryReceive())
                {
                    answered++;
                    if (next < requests.Length)
                    {
                        connection.Send(requests[next++]);
                    }
                }
            }
        }
    }

    public void Dispose() => _connections.ForEach(c => c.Socket.Dispose());

    private sealed class Connection
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private int _count;

        public Connection(int port) => Socket.Connect("127.0.0.1", port);

        public Socket Socket { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public void Send(byte[] request)
        {
            _count = 0;
            Socket.Send(request);
        }

        /// <summary>Reads received bytes. True when the answer is complete.</summary>
        public bool TryReceive()
        {
            _count += Socket.Receive(_buffer.AsSpan(_count));
            var answer = _buffer.AsSpan(0, _count);
            var head = answer.IndexOf("\r\n\r\n"u8);
            if (head < 0)
            {
                return false;
            }

            var length = answer.IndexOf("Content-Length: "u8) + "Content-Length: ".Length;
            var digits = answer.Slice(length, answer[length..].IndexOf((byte)'\r'));
            return _count >= head + 4 + int.Parse(digits, CultureInfo.InvariantCulture)
                && (answer.StartsWith("HTTP/1.1 200"u8) ? true : throw new InvalidOperationException(Encoding.UTF8.GetString(answer)));
        }
    }
}
