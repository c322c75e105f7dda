using System.Diagnostics;
using System.Net.Sockets;

namespace Lakehouse.Isolation;

/// <summary>
/// The server's end of a lane: a two-way stream of frames to one thread of the worker, and blocks of memory shared with it. One user at a time.
/// </summary>
public sealed class ServerLane : IDisposable
{
    private readonly Socket _socket;
    private readonly FrameBuffer _received;
    private readonly SharedBlocks _blocks;

    internal ServerLane(int descriptor, SharedBlocks blocks, int firstBlock, int blockCount, int frameBytesMax)
    {
        _socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        _received = new FrameBuffer(frameBytesMax);
        (_blocks, FirstBlock, BlockCount, FrameBytesMax) = (blocks, firstBlock, blockCount, frameBytesMax);
    }

    /// <summary>The lane's first block.</summary>
    public int FirstBlock { get; }

    /// <summary>How many blocks the lane has.</summary>
    public int BlockCount { get; }

    /// <summary>The largest frame. A larger one from the worker throws <see cref="WorkerGoneException"/>.</summary>
    public int FrameBytesMax { get; }

    /// <summary>A block of this lane, counted from 0.</summary>
    /// <exception cref="WorkerGoneException">There is no such block.</exception>
    public ReadOnlyMemory<byte> Block(int block, int length) =>
        block >= 0 && block < BlockCount && length >= 0 && length <= _blocks.BlockBytes
            ? _blocks[FirstBlock + block][..length]
            : throw new WorkerGoneException($"there is no block {block} of {length} bytes");

    /// <summary>Sends all that was written, and clears it.</summary>
    /// <exception cref="WorkerGoneException">The worker has ended.</exception>
    public async ValueTask SendAsync(FrameWriter frames, CancellationToken cancellationToken)
    {
        var rest = frames.Written;
        try
        {
            while (!rest.IsEmpty)
            {
                rest = rest[await _socket.SendAsync(rest, SocketFlags.None, cancellationToken)..];
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            throw new WorkerGoneException("the worker takes no more frames", error);
        }

        frames.Clear();
    }

    /// <summary>Whether a frame has arrived already.</summary>
    public bool HasFrame => _received.HasFrame;

    /// <summary>Takes the next frame, if it has arrived already.</summary>
    public bool TryReceive(out Frame frame) => _received.TryTake(out frame);

    /// <summary>
    /// Takes the next frame if it arrives soon, without giving up the thread: to wait for a worker that answers at once takes longer than its answer.
    /// </summary>
    /// <exception cref="WorkerGoneException">The worker has ended, and all that it sent before was received.</exception>
    public bool TryReceiveSoon(TimeSpan patience, out Frame frame)
    {
        const int pause = 30; // some hundred nanoseconds, so that the other hyperthread and the socket's lock are left alone
        _socket.Blocking = false;
        var started = Stopwatch.GetTimestamp();
        while (!_received.TryTake(out frame))
        {
            int count;
            SocketError error;
            try
            {
                count = _socket.Receive(_received.Space.Span, SocketFlags.None, out error);
            }
            catch (ObjectDisposedException gone)
            {
                throw new WorkerGoneException("the worker has ended", gone);
            }

            if (error == SocketError.Success)
            {
                _received.Added(count > 0 ? count : throw new WorkerGoneException("the worker has ended"));
            }
            else if (error != SocketError.WouldBlock)
            {
                throw new WorkerGoneException("the worker has ended", new SocketException((int)error));
            }
            else if (Stopwatch.GetElapsedTime(started) > patience)
            {
                return false;
            }
            else
            {
                Thread.SpinWait(pause);
            }
        }

        return true;
    }

    /// <summary>Waits for the next frame. When the wait is cancelled, nothing is lost: the next call continues.</summary>
    /// <exception cref="WorkerGoneException">The worker has ended, and all that it sent before was received.</exception>
    public async ValueTask<Frame> ReceiveAsync(CancellationToken cancellationToken)
    {
        Frame frame;
        while (!_received.TryTake(out frame))
        {
            try
            {
                var count = await _socket.ReceiveAsync(_received.Space, SocketFlags.None, cancellationToken);
                _received.Added(count > 0 ? count : throw new WorkerGoneException("the worker has ended"));
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                throw new WorkerGoneException("the worker has ended", error);
            }
        }

        return frame;
    }

    /// <summary>Frees a large buffer. Called between two users of the lane.</summary>
    public void Trim() => _received.Trim();

    /// <summary>Closes this end; the worker sees the end of the stream.</summary>
    public void Dispose() => _socket.Dispose();
}
