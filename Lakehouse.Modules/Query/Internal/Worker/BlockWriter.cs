using System.Buffers;
using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Protocol;

namespace Lakehouse.Query.Internal.Worker;

/// <summary>
/// Writes an answer into the blocks that a lane shares with the server. A full block is handed over, and the next one is filled; when all are handed over, the
/// writer waits until the server has read one. So an answer that the client does not read takes a few blocks and pauses its engine.
/// </summary>
internal sealed class BlockWriter(WorkerLane lane, FrameWriter frames) : IBufferWriter<byte>
{
    // Far below what a person notices, and far above what a block of rows that come fast takes to fill.
    private const int WaitMsMax = 20;

    private long _handedOverAt;
    private int _free = lane.BlockCount;
    private int _block;
    private int _filled;
    private Memory<byte> _own;

    /// <summary>The number of bytes in the block that is being filled.</summary>
    public int FilledBytes => _filled;

    /// <summary>The rows that were written so far, which the server shows.</summary>
    public long RowCount { get; set; }

    /// <summary>Whether no block of this answer has been handed over yet, or none for so long that rows which come slowly should not wait for more.</summary>
    public bool IsDue => Environment.TickCount64 - _handedOverAt >= WaitMsMax;

    /// <summary>Prepares for the next answer. All blocks are free, because the server starts a statement only after it has read the answer before.</summary>
    public void Reset()
    {
        lane.Forget(FrameKind.Taken);
        (_free, _block, _filled, _handedOverAt, RowCount) = (lane.BlockCount, 0, 0, 0, 0);
    }

    public void Advance(int count)
    {
        if (_own.IsEmpty)
        {
            _filled += count;
            return;
        }

        // More than one block was reserved in one piece, so it is split here.
        var rest = _own[..count];
        _own = default;
        while (!rest.IsEmpty)
        {
            var space = GetMemory(1);
            var part = rest[..Math.Min(rest.Length, space.Length)];
            part.CopyTo(space);
            _filled += part.Length;
            rest = rest[part.Length..];
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var size = Math.Max(sizeHint, 1);
        if (size > lane.BlockBytes)
        {
            return _own = new byte[size];
        }

        if (_filled > 0 && lane.BlockBytes - _filled < size)
        {
            HandOver();
            Send();
        }

        while (_free == 0)
        {
            Send();
            lane.Receive(FrameKind.Taken);
            _free++;
        }

        return lane.Block(_block)[_filled..];
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Adds the block that is being filled to the frames to be sent.</summary>
    public void HandOver()
    {
        if (_filled > 0)
        {
            frames.Begin(FrameKind.Data).Int(_block).Int(_filled).Long(RowCount).End();
            _block = (_block + 1) % lane.BlockCount;
            _filled = 0;
            _free--;
            _handedOverAt = Environment.TickCount64;
        }
    }

    /// <summary>Sends the frames.</summary>
    public void Send() => lane.Send(frames);
}
