using System.Runtime.InteropServices;
using Lakehouse.Isolation.Native;

namespace Lakehouse.Isolation;

/// <summary>
/// The worker's end of a lane. Calls block. One thread sends at a time. Any number of threads may wait for frames, each for certain kinds; one of them reads
/// for all.
/// </summary>
public sealed unsafe class WorkerLane
{
    private readonly int _descriptor;
    private readonly FrameBuffer _received;
    private readonly SharedBlocks _blocks;
    private readonly Lock _sending = new();
    private readonly object _gate = new();
    private readonly Queue<Frame> _others = new();
    private bool _isReading;

    internal WorkerLane(int descriptor, SharedBlocks blocks, int firstBlock, int blockCount, int frameBytesMax)
    {
        (_descriptor, _blocks, FirstBlock, BlockCount, FrameBytesMax) = (descriptor, blocks, firstBlock, blockCount, frameBytesMax);
        _received = new FrameBuffer(frameBytesMax);
    }

    /// <summary>The lane's first block.</summary>
    public int FirstBlock { get; }

    /// <summary>How many blocks the lane has.</summary>
    public int BlockCount { get; }

    /// <summary>The largest frame. A larger one from the server throws <see cref="WorkerGoneException"/>.</summary>
    public int FrameBytesMax { get; }

    /// <summary>The size of a block.</summary>
    public int BlockBytes => _blocks.BlockBytes;

    /// <summary>A block of this lane, counted from 0.</summary>
    public Memory<byte> Block(int block) => _blocks[FirstBlock + block];

    /// <summary>Sends all that was written, and clears it.</summary>
    /// <exception cref="WorkerGoneException">The server has ended.</exception>
    public void Send(FrameWriter frames)
    {
        lock (_sending)
        {
            var rest = frames.Written.Span;
            while (!rest.IsEmpty)
            {
                fixed (byte* start = rest)
                {
                    var count = Libc.send(_descriptor, start, (nuint)rest.Length, Libc.NoSignal);
                    if (count < 0 && Marshal.GetLastPInvokeError() != Libc.Interrupted)
                    {
                        throw new WorkerGoneException("the server has ended", Libc.Error("send"));
                    }

                    rest = rest[(int)Math.Max(count, 0)..];
                }
            }

            frames.Clear();
        }
    }

    /// <summary>
    /// Waits for the next frame of one of the given kinds. Its payload is a copy. Frames of other kinds are kept for the threads that wait for them.
    /// </summary>
    /// <exception cref="WorkerGoneException">The server has ended.</exception>
    public Frame Receive(params ReadOnlySpan<byte> kinds) => ReceiveOne(kinds, null);

    /// <summary>Waits for the next frame of a kind whose payload begins with a number.</summary>
    /// <exception cref="WorkerGoneException">The server has ended.</exception>
    public Frame ReceiveAnswer(byte kind, int number) => ReceiveOne([kind], number);

    private Frame ReceiveOne(ReadOnlySpan<byte> kinds, int? number)
    {
        while (true)
        {
            lock (_gate)
            {
                for (var i = _others.Count; i > 0; i--)
                {
                    var kept = _others.Dequeue();
                    if (kinds.Contains(kept.Kind) && (number is null || new FrameReader(kept.Payload.Span).Int() == number))
                    {
                        return kept;
                    }

                    _others.Enqueue(kept);
                }

                if (_isReading)
                {
                    Monitor.Wait(_gate);
                    continue;
                }

                _isReading = true;
            }

            try
            {
                var frame = ReadOne();
                lock (_gate)
                {
                    _others.Enqueue(frame);
                }
            }
            finally
            {
                lock (_gate)
                {
                    _isReading = false;
                    Monitor.PulseAll(_gate);
                }
            }
        }
    }

    /// <summary>Drops the frames of a kind that no thread has taken.</summary>
    public void Forget(byte kind)
    {
        lock (_gate)
        {
            for (var i = _others.Count; i > 0; i--)
            {
                var kept = _others.Dequeue();
                if (kept.Kind != kind)
                {
                    _others.Enqueue(kept);
                }
            }
        }
    }

    private Frame ReadOne()
    {
        Frame frame;
        while (!_received.TryTake(out frame))
        {
            var space = _received.Space.Span;
            fixed (byte* start = space)
            {
                var count = Libc.read(_descriptor, start, (nuint)space.Length);
                if (count == 0 || (count < 0 && Marshal.GetLastPInvokeError() != Libc.Interrupted))
                {
                    throw new WorkerGoneException("the server has ended");
                }

                _received.Added((int)Math.Max(count, 0));
            }
        }

        var own = new Frame(frame.Kind, frame.Payload.ToArray());
        _received.Trim();
        return own;
    }
}
