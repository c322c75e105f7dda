using Lakehouse.Core.Access;
using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;
using Lakehouse.Isolation;
using Lakehouse.Query.Internal.Engine;
using Lakehouse.Query.Internal.Protocol;

namespace Lakehouse.Query.Internal.Workers;

/// <summary>
/// Answers the calls of functions that engine processes send. The number answered at once is bounded, because each holds its whole answer in memory.
/// Thread-safe.
/// </summary>
internal sealed class FunctionCalls(CallTargets targets, QueryOptions options) : IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(
        options.MaxConcurrentCalls, int.MaxValue, Timeout.InfiniteTimeSpan, () => EngineErrors.TooManyQueries(options));

    /// <summary>Answers a call, with an error if need be, because the engine's thread waits for an answer. Reads the frame before it returns.</summary>
    /// <param name="caller">On whose behalf.</param>
    /// <param name="frame">The call.</param>
    /// <param name="frameBytesMax">The largest frame.</param>
    /// <param name="send">Sends the answer.</param>
    /// <param name="stopping">Cancelled when the statement is being stopped.</param>
    /// <param name="dead">Cancelled when the process has ended, or is about to.</param>
    public Task AnswerAsync(
        Caller caller, Frame frame, int frameBytesMax, Func<FrameWriter, ValueTask> send, CancellationToken stopping, CancellationToken dead)
    {
        var reader = new FrameReader(frame.Payload.Span);
        var number = reader.Int();
        var call = CallFrames.ReadCall(ref reader);

        // On another thread: a model that runs in this process computes before it first waits, and the caller has other frames to read meanwhile.
        return Task.Run(
            () =>
            {
                Caller.Enter(caller);
                return AnswerAsync(call, number, frameBytesMax, send, stopping, dead);
            },
            CancellationToken.None);
    }

    public void Dispose() => _limiter.Dispose();

    private async Task AnswerAsync(
        Func<CallTargets, CancellationToken, Task<Action<FrameWriter>>> call,
        int number,
        int frameBytesMax,
        Func<FrameWriter, ValueTask> send,
        CancellationToken stopping,
        CancellationToken dead)
    {
        var frames = new FrameWriter();
        ConcurrencyLease? lease = null;
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping, dead);
            lease = await _limiter.AcquireAsync(stop.Token);
            var write = await call(targets, stop.Token);
            frames.Begin(FrameKind.Answer).Int(number).Flag(true);
            write(frames);
            frames.End();
            if (frames.Written.Length > frameBytesMax)
            {
                throw EngineErrors.CallTooLarge("answer", frames.Written.Length, frameBytesMax);
            }
        }
        catch (Exception exception)
        {
            var error = exception as LakehouseException
                ?? (exception is OperationCanceledException ? StatementErrors.Stopped() : EngineErrors.Failed(exception));
            frames.Clear();
            frames.Begin(FrameKind.Answer).Int(number).Flag(false).Error(error).End();
        }

        try
        {
            await send(frames);
        }
        catch (WorkerGoneException)
        {
            // The process has ended and no longer waits.
        }
        finally
        {
            lease?.Dispose();
        }
    }
}
