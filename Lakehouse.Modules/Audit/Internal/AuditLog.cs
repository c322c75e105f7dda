using System.Globalization;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Journal;
using Lakehouse.Core.Names;
using Lakehouse.Core.Observation;
using Lakehouse.DuckDb;
using Lakehouse.Query.Rows;
using Lakehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Audit.Internal;

/// <summary>
/// Takes requests as rows into bounded memory and writes them in batches. A batch that cannot be committed is kept and tried again, while others wait behind
/// it; those for which there is no more room are dropped, counted and told.
/// </summary>
internal sealed partial class AuditLog(IRowFileWriter files, AuditOptions options, IJournal journal, TimeProvider time, ILogger<AuditLog> logger)
    : BackgroundService, IRequestLog, IAuditState
{
    private const int AttemptsAlone = 3;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(30);

    private static readonly DatasetName Dataset = DatasetName.OfProgram(AuditColumns.Table);

    private readonly Lock _gate = new();
    private readonly Queue<AuditRows> _full = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly int _batchRows = Math.Min(options.FlushRows, options.MaxWaiting);
    private AuditRows _filling = new();
    private int _count;
    private long _bytes;
    private long _dropped;
    private long _told;
    private int _failedAlone;
    private IRowFile? _pending;
    private long _pendingBytes;
    private bool _isFailing;

    public bool IsOn => options.IsEnabled;

    /// <summary>The rows that were dropped since the start.</summary>
    public long DroppedCount => Interlocked.Read(ref _dropped);

    /// <summary>The rows that wait.</summary>
    public int WaitingCount => Volatile.Read(ref _count);

    public void Add(RequestRecord record)
    {
        if (!options.IsEnabled)
        {
            return;
        }

        var row = AuditRowWriter.Write(record, options.Texts);
        bool isFull;
        lock (_gate)
        {
            if (_count >= options.MaxWaiting || _bytes + row.Length > options.MaxWaitingBytes)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            _count++;
            _bytes += row.Length;
            _filling.Add(row);
            isFull = _filling.Count >= _batchRows;
            if (isFull)
            {
                PutAside();
            }
        }

        if (isFull)
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
            TellDropped();
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
        files.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (options.IsEnabled && !stoppingToken.IsCancellationRequested)
        {
            var wait = failures == 0 ? options.FlushEvery : TimeSpan.FromTicks(Math.Min(RetryAfterMax.Ticks, RetryAfter.Ticks << Math.Min(failures - 1, 10)));
            await WaitAsync(wait, failures == 0, stoppingToken);
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

        lock (_gate)
        {
            if (_full.Count > 0)
            {
                return; // so many came while others were written
            }
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

    /// <summary>Makes the rows that wait a batch.</summary>
    private void PutAside()
    {
        _full.Enqueue(_filling);
        _filling = new AuditRows();
    }

    /// <summary>Writes what waits: first the batch that is left from before.</summary>
    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_pending is not null)
        {
            await CommitAsync(cancellationToken);
        }

        int left;
        lock (_gate)
        {
            if (_filling.Count > 0)
            {
                PutAside();
            }

            left = _full.Count; // those of now, so that a flush ends while more come
        }

        for (; left > 0; left--)
        {
            AuditRows rows;
            lock (_gate)
            {
                rows = _full.Dequeue();
            }

            try
            {
                _pending = await Task.Run(() => files.Write(rows.Lines, rows.Count, rows.LongestBytes), CancellationToken.None);
                _pendingBytes = rows.Lines.Length - rows.Count;
            }
            catch (Exception error)
            {
                var isOfDisk = FileSystemErrors.Is(error) || error is DuckDbException { Kind: DuckDbErrorKind.InputOutput };
                PutBack(rows, isOfDisk);
                throw FileSystemErrors.Is(error) ? FileSystemErrors.Translate(error) : error is DuckDbException ? NotWritten(error, isOfDisk) : error;
            }

            _failedAlone = 0;
            rows.Dispose();
            await CommitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Takes back rows that could not be written. They come behind the others, and as two batches, so that one that never can be written holds up no other; it
    /// is dropped when it has failed alone.
    /// </summary>
    private void PutBack(AuditRows rows, bool isOfDisk)
    {
        lock (_gate)
        {
            if (isOfDisk)
            {
                _full.Enqueue(rows);
            }
            else if (rows.Count > 1)
            {
                var (first, second) = rows.Split();
                _full.Enqueue(first);
                _full.Enqueue(second);
            }
            else if (++_failedAlone < AttemptsAlone)
            {
                _full.Enqueue(rows);
            }
            else
            {
                _failedAlone = 0;
                _count--;
                _bytes -= rows.LongestBytes;
                Interlocked.Increment(ref _dropped);
                rows.Dispose();
            }
        }
    }

    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        var batch = _pending!;
        await files.AppendAsync(Dataset, batch, "audit", cancellationToken);
        _pending = null;
        batch.Dispose();
        lock (_gate)
        {
            _count -= batch.RowCount;
            _bytes -= _pendingBytes;
        }

        if (_isFailing)
        {
            _isFailing = false;
            journal.Record("audit_written", "lakehouse.audit", "The rows of the audit are written again; none of those that waited was lost.");
        }
    }

    private static LakehouseException NotWritten(Exception error, bool isOfDisk) => isOfDisk
        ? new(ErrorKind.InsufficientStorage, "disk_full", "The disk does not take the rows of the audit. They wait; free some space.", error)
        : new(ErrorKind.Failed, "audit_not_written", "The rows of the audit cannot be written as a data file. They wait; the log has the cause.", error);

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
            string.Create(CultureInfo.InvariantCulture, $"{news} requests have no row in the audit, {dropped} since the start: ")
                + "more waited than audit.max_waiting and audit.max_waiting_bytes allow, or a row could not be written.");
    }

    [LoggerMessage(EventId = 8001, Level = LogLevel.Error, Message = "The audit cannot be written; {Count} rows wait")]
    private partial void LogFailed(Exception error, int count);

    [LoggerMessage(EventId = 8002, Level = LogLevel.Error, Message = "{Count} requests have no row in the audit, {Total} since the start")]
    private partial void LogDropped(long count, long total);

    [LoggerMessage(EventId = 8003, Level = LogLevel.Error, Message = "The program stops, and {Count} rows of the audit could not be written: {Reason}")]
    private partial void LogLost(int count, string reason);
}
