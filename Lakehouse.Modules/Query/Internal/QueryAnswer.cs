using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lakehouse.Core.Errors;

namespace Lakehouse.Query.Internal;

/// <summary>The answer of a query that runs.</summary>
internal sealed class QueryAnswer(
    IRunningStatement statement,
    StatementLease lease,
    RunningQuery query,
    QueryRegistry registry,
    AnswerCache cache,
    QueryRequest request,
    CancellationTokenSource stop) : IQueryAnswer
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a client may keep the server waiting before its statement is paused. A fast client takes less time for a block.</summary>
    private static readonly TimeSpan PauseAfter = TimeSpan.FromMilliseconds(50);

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _lines = new();
    private ArrayBufferWriter<byte>? _kept;
    private long _bytes;
    private Task _flush = Task.CompletedTask;
    private bool _isStatementLeft;

    public string? Tag { get; } = statement.Head.IsRepeatable ? AnswerCache.TagOf(request, statement.Head.Datasets) : null;

    public IReadOnlyList<DatasetRead> Datasets => statement.Head.Datasets;

    public bool IsKept => false;

    public async Task CopyToAsync(PipeWriter output, bool endsWithError, CancellationToken cancellationToken)
    {
        _kept = Tag is null || cache.MaxAnswerBytes == 0 ? null : new ArrayBufferWriter<byte>();
        // A flush that is cancelled cuts the connection, over which the line with the error should go.
        var hasErrorLine = endsWithError && request.Format == AnswerFormat.NdJson;
        var cutting = hasErrorLine ? cancellationToken : stop.Token;
        try
        {
            var isMore = true;
            while (isMore)
            {
                isMore = await CopyNextAsync(output);
                query.Count(statement.RowCount, _bytes);
                _flush = output.FlushAsync(cutting).AsTask();
                if (!_flush.IsCompleted)
                {
                    await WaitAsync(_flush);
                }
            }

            if (_kept is not null)
            {
                cache.Add(new CachedAnswer(Tag!, Datasets, statement.RowCount, _kept.WrittenMemory));
            }

            registry.End(query, QueryState.Done);
        }
        catch (Exception error)
        {
            var cause = registry.Translate(query, error);
            if (!hasErrorLine || cause is not LakehouseException known)
            {
                throw cause;
            }

            // The client can take long to read what comes before the line; the engine does not wait for it.
            await LeaveStatementAsync();
            await _flush;
            WriteLastLine(output, known);
            await output.FlushAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        registry.End(query, QueryState.Abandoned);
        stop.Dispose();
        return LeaveStatementAsync();
    }

    private ValueTask LeaveStatementAsync()
    {
        if (_isStatementLeft)
        {
            return ValueTask.CompletedTask;
        }

        _isStatementLeft = true;
        return statement.DisposeAsync();
    }

    private async ValueTask<bool> CopyNextAsync(PipeWriter output)
    {
        if (request.Format != AnswerFormat.NdJson)
        {
            var counted = new CountingWriter(output, _kept);
            var isMore = await statement.CopyNextAsync(counted, stop.Token);
            CountBytes(counted.Count);
            return isMore;
        }

        // Whole lines only, so that one with the error can follow at any time.
        var isMoreLines = await statement.CopyNextAsync(_lines, stop.Token);
        var rest = _lines.WrittenMemory;
        var whole = rest[..(rest.Span.LastIndexOf((byte)'\n') + 1)];
        CountBytes(whole.Length);
        output.Write(whole.Span);
        _kept?.Write(whole.Span);
        var begun = rest[whole.Length..].ToArray();
        _lines.ResetWrittenCount();
        _lines.Write(begun);
        return isMoreLines;
    }

    private void CountBytes(long count)
    {
        _bytes += count;
        if (_bytes > query.Caller.BytesMax)
        {
            throw EngineErrors.AnswerTooLarge(query.Caller);
        }

        if (_bytes > cache.MaxAnswerBytes)
        {
            _kept = null;
        }
    }

    private void WriteLastLine(PipeWriter output, LakehouseException error)
    {
        using (var json = new Utf8JsonWriter(output, Json))
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, error.Code);
            json.WriteString("detail"u8, error.Message);
            json.WriteString("query_id"u8, query.Id);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Waits until the client has read. Meanwhile another statement can have the lease.</summary>
    private async Task WaitAsync(Task flush)
    {
        if (await IsSoonAsync(flush))
        {
            return;
        }

        while (await Task.WhenAny(flush, lease.Cut, Task.Delay(PauseAfter, stop.Token)) is var first && first != flush)
        {
            if (first == lease.Cut)
            {
                throw EngineErrors.ReaderTooSlow();
            }

            stop.Token.ThrowIfCancellationRequested();
            if (lease.TryPause(PauseAfter))
            {
                break;
            }
        }

        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
        if (await Task.WhenAny(flush, lease.Cut, stopped) is var ended && ended != flush)
        {
            stop.Token.ThrowIfCancellationRequested();
            throw EngineErrors.ReaderTooSlow();
        }

        await flush;
        await lease.ResumeAsync(stop.Token);
    }

    /// <summary>Waits as long as a client that reads takes. A timer that is stopped at once costs less than one that runs on.</summary>
    private static async ValueTask<bool> IsSoonAsync(Task flush)
    {
        try
        {
            await flush.WaitAsync(Soon);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Counts the bytes that pass, and writes them to a second output.</summary>
    private sealed class CountingWriter(IBufferWriter<byte> output, ArrayBufferWriter<byte>? kept) : IBufferWriter<byte>
    {
        private Memory<byte> _block;

        public long Count { get; private set; }

        public void Advance(int count)
        {
            kept?.Write(_block.Span[..count]);
            output.Advance(count);
            Count += count;
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _block = output.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
