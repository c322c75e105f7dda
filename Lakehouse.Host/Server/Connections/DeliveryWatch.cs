using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lakehouse.Host.Server.Connections;

/// <summary>
/// Cuts clients that read slower than <c>server.min_response_rate</c>, measured by the bytes that the client has acknowledged. Kestrel's own check counts bytes
/// given to the kernel, whose buffer for one connection holds megabytes, so it would take minutes to notice a client that reads nothing. Linux only
/// (<c>TCP_INFO</c>); elsewhere only Kestrel's check applies.
/// </summary>
internal sealed partial class DeliveryWatch(ServerOptions options, ILogger<DeliveryWatch> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Delivery, byte> _deliveries = new();
    private readonly MinDataRate? _limit = OperatingSystem.IsLinux() ? options.MinResponseRate : null;

    /// <summary>Watches a connection until the result is disposed of. Null when there is nothing to watch.</summary>
    public IDisposable? Enter(ConnectionContext transport)
    {
        if (_limit is null || transport.Features.Get<IConnectionSocketFeature>()?.Socket is not { ProtocolType: ProtocolType.Tcp } socket)
        {
            return null;
        }

        var delivery = new Delivery(this, transport, socket);
        _deliveries[delivery] = 0;
        return delivery;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_limit is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(LookEvery);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (delivery, _) in _deliveries)
            {
                if (delivery.IsTooSlow(_limit))
                {
                    LogCut(delivery.Client);
                    delivery.Cut();
                }
            }
        }
    }

    [LoggerMessage(
        EventId = 5014, Level = LogLevel.Information, Message = "The connection of {Client} was cut: it read its answer slower than server.min_response_rate")]
    private partial void LogCut(string client);

    /// <summary>The bytes that a connection has delivered in the current span, during which unacknowledged bytes were always under way.</summary>
    private sealed class Delivery(DeliveryWatch watch, ConnectionContext transport, Socket socket) : IDisposable
    {
        private const int TcpLevel = 6; // IPPROTO_TCP
        private const int TcpInfo = 11; // TCP_INFO

        // Offsets in struct tcp_info (linux/tcp.h): segments under way, bytes acknowledged, bytes not sent yet.
        private const int UnackedAt = 24;
        private const int BytesAckedAt = 120;
        private const int NotSentAt = 144;
        private const int InfoBytes = 148;

        private long _since;
        private long _ackedThen;

        public string Client => transport.RemoteEndPoint?.ToString() ?? "a client";

        public bool IsTooSlow(MinDataRate limit)
        {
            if (Read() is not var (isUnderWay, acked) || !isUnderWay)
            {
                _since = 0;
                return false;
            }

            var now = Environment.TickCount64;
            if (_since == 0)
            {
                (_since, _ackedThen) = (now, acked);
                return false;
            }

            var elapsed = TimeSpan.FromMilliseconds(now - _since);
            if (elapsed < limit.GracePeriod)
            {
                return false;
            }

            var isTooSlow = acked - _ackedThen < limit.BytesPerSecond * elapsed.TotalSeconds;
            (_since, _ackedThen) = (now, acked);
            return isTooSlow;
        }

        public void Cut() => transport.Abort(new ConnectionAbortedException("The client read its answer too slowly (server.min_response_rate)."));

        public void Dispose() => watch._deliveries.TryRemove(this, out _);

        private (bool IsUnderWay, long Acked)? Read()
        {
            Span<byte> info = stackalloc byte[256];
            try
            {
                var length = socket.GetRawSocketOption(TcpLevel, TcpInfo, info);
                return length < InfoBytes ? null : (
                    BinaryPrimitives.ReadUInt32LittleEndian(info[UnackedAt..]) > 0 || BinaryPrimitives.ReadUInt32LittleEndian(info[NotSentAt..]) > 0,
                    BinaryPrimitives.ReadInt64LittleEndian(info[BytesAckedAt..]));
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return null; // the socket has just been closed
            }
        }
    }
}
