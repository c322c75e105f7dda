using System.Collections.Concurrent;
using System.Globalization;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Observation;
using Lakehouse.DuckDb;
using Lakehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Audit.Internal;

/// <summary>
/// Takes requests into a bounded queue and writes them in batches. A batch that cannot be committed is kept and tried again, while others wait behind it; those
/// for which there is no more room are dropped, counted and told.
/// </summary>
internal sealed partial class AuditLog(AuditFiles files, AuditOptions options, IJournal journal, TimeProvider time, ILogger<AuditLog> logger)
    : BackgroundService, IAuditLog
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<RequestRecord> _waiting = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly SemaphoreSlim _turn = new(1);
    private int _count;
    private long _bytes;
    private long _dropped;
    private long _told;
    private long _written;
    private AuditBatch? _pending;
    private long _pendingBytes;
    private bool _isFailing;

    public bool IsOn => options.IsEnabled;

    /// <summary>The rows that were dropped since the start.</summary>
    public long DroppedCount => Interlocked.Read(ref _dropped);

    /// <summary>The rows that were committed since the start.</summary>
    public long WrittenCount => Interlocked.Read(ref _written);

    /// <summary>The rows that wait.</summary>
    public int WaitingCount => Volatile.Read(ref _count);

    public void Add(RequestRecord record)
    {
        if (!options.IsEnabled)
        {
            return;
        }

        var size = AuditColumns.SizeOf(record);
        var count = Interlocked.Increment(ref _count);
        if (count > options.MaxWaiting || Interlocked.Add(ref _bytes, size) > options.MaxWaitingBytes)
        {
            if (count <= options.MaxWaiting)
            {
                Interlocked.Add(ref _bytes, -size);
            }

            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _dropped);
            return;
        }

        _waiting.Enqueue(record);
        if (count == options.FlushRows)
        {
            Wake();
        }
    }

    /// <summary>Writes what waits now.</summary>
    /// <exception cref="LakehouseException">It cannot be written. It still waits.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await WriteAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await FlushAsync(cancellationToken);
        }
        catch (Exception error) when (error is LakehouseException or OperationCanceledException)
        {
            LogLost(WaitingCount, error.Message);
        }

        _pending?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (options.IsEnabled && !stoppingToken.IsCancellationRequested)
        {
            var wait = failures == 0 ? options.FlushEvery : TimeSpan.FromTicks(Math.Min(RetryAfterMax.Ticks, RetryAfter.Ticks << Math.Min(failures - 1, 10)));
            await WaitAsync(wait, failures == 0, stoppingToken);
            TellDropped();
            try
            {
                await FlushAsync(stoppingToken);
                failures = 0;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return; // the last rows are written when the program stops
            }
            catch (Exception error)
            {
                // Whatever it is, requests are served, and the rows wait for the next attempt.
                failures++;
                Tell(error);
            }
        }
    }

    private static async Task IgnoreCancelAsync(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task WaitAsync(TimeSpan wait, bool canWake, CancellationToken stoppingToken)
    {
        if (!canWake)
        {
            await IgnoreCancelAsync(Task.Delay(wait, time, stoppingToken));
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Task.WhenAny(Task.Delay(wait, time, stop.Token), _wake.WaitAsync(stop.Token));
        await stop.CancelAsync();
    }

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is about to look already.
        }
    }

    /// <summary>Writes what waits: first the batch that is left from before.</summary>
    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_pending is not null)
        {
            await CommitAsync(cancellationToken);
        }

        // Those of now, so that a flush ends while more come.
        for (var left = WaitingCount; left > 0;)
        {
            var records = Take(Math.Min(left, Math.Max(options.FlushRows, 1)));
            if (records.Count == 0)
            {
                return;
            }

            left -= records.Count;
            try
            {
                _pending = await Task.Run(() => files.Write(records), CancellationToken.None);
            }
            catch (Exception error)
            {
                // They come behind those that came since, with their own times.
                records.ForEach(_waiting.Enqueue);
                throw error is DuckDbException ? NotWritten(error) : FileSystemErrors.Is(error) ? FileSystemErrors.Translate(error) : error;
            }

            _pendingBytes = records.Sum(AuditColumns.SizeOf);
            await CommitAsync(cancellationToken);
        }
    }

    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        var batch = _pending!;
        await files.CommitAsync(batch, cancellationToken);
        _pending = null;
        batch.Dispose();
        Interlocked.Add(ref _count, -batch.RowCount);
        Interlocked.Add(ref _bytes, -_pendingBytes);
        Interlocked.Add(ref _written, batch.RowCount);
        if (_isFailing)
        {
            _isFailing = false;
            journal.Record("audit_written", "lakehouse.audit", "The rows of the audit are written again; none of those that waited was lost.");
        }
    }

    private static LakehouseException NotWritten(Exception error) =>
        new(ErrorKind.Failed, "audit_not_written", "The rows of the audit cannot be written as a data file; they wait. The log has the cause.", error);

    private List<RequestRecord> Take(int countMax)
    {
        var records = new List<RequestRecord>(countMax);
        while (records.Count < countMax && _waiting.TryDequeue(out var record))
        {
            records.Add(record);
        }

        return records;
    }

    private void Tell(Exception error)
    {
        if (_isFailing)
        {
            return;
        }

        _isFailing = true;
        var known = error as LakehouseException;
        LogFailed(error, WaitingCount);
        journal.Record(
            "audit_not_written", "lakehouse.audit",
            $"The rows of the audit cannot be written and wait ({known?.Code ?? error.GetType().Name}). At most {options.MaxWaiting} wait "
            + "(audit.max_waiting), and more are dropped.");
    }

    private void TellDropped()
    {
        var dropped = DroppedCount;
        if (dropped == _told)
        {
            return;
        }

        var news = dropped - _told;
        _told = dropped;
        LogDropped(news, dropped);
        journal.Record(
            "audit_rows_dropped", "lakehouse.audit",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{news} requests have no row in the audit, {dropped} since the start: more waited than audit.max_waiting and audit.max_waiting_bytes allow."));
    }

    [LoggerMessage(EventId = 8001, Level = LogLevel.Error, Message = "The audit cannot be written; {Count} rows wait")]
    private partial void LogFailed(Exception error, int count);

    [LoggerMessage(EventId = 8002, Level = LogLevel.Error, Message = "{Count} requests have no row in the audit, {Total} since the start")]
    private partial void LogDropped(long count, long total);

    [LoggerMessage(EventId = 8003, Level = LogLevel.Error, Message = "The program stops, and {Count} rows of the audit could not be written: {Reason}")]
    private partial void LogLost(int count, string reason);
}
