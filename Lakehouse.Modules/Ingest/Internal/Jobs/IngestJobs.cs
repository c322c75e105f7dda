using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Observation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Lakehouse.Ingest.Internal.Jobs;

/// <summary>Keeps the jobs. Those that nobody waits for outlive their request, and are written down (<see cref="JobFiles"/>).</summary>
internal sealed class IngestJobs(IIngestor ingestor, JobFiles files, RequestLogs logs, IngestOptions options, TimeProvider time) : IIngestJobs, IHostedService
{
    private const string RouteStart = "/v1/ingest/jobs/";
    private const string Route = RouteStart + "{id}";

    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<string, RunningIngest> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IngestJob> _ended = new(StringComparer.Ordinal);

    /// <summary>Of each dataset, the last of the jobs that nobody waits for.</summary>
    private readonly Dictionary<string, RunningIngest> _last = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();
    private volatile bool _isStopping;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var job in files.Load(time.GetUtcNow()))
        {
            _ended[job.Id] = job;
        }

        return Task.CompletedTask;
    }

    /// <summary>Jobs get as long as requests do (<c>server.shutdown_timeout</c>), and are cancelled then.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isStopping = true;
        }

        var all = Task.WhenAll(_running.Values.Select(i => i.Completion));
        await all.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var ingest in _running.Values)
        {
            await CancelAsync(ingest);
        }
    }

    public async Task<IngestResult> RunAsync(
        IngestRequest request, IAsyncEnumerable<IngestSource> sources, long? bytesTotal, CancellationToken cancellationToken)
    {
        var ingest = Begin(request, sources, bytesTotal, isKept: false, cancellationToken);
        return await ingest.Running;
    }

    public async Task<IngestJob> StartAsync(
        IngestRequest request, IAsyncEnumerable<IngestSource> sources, long? bytesTotal, bool isReceived, CancellationToken cancellationToken)
    {
        var ingest = Begin(request, sources, bytesTotal, isKept: true, isReceived ? CancellationToken.None : cancellationToken);

        // What could still be refused as one too many is not accepted.
        await Task.WhenAny(ingest.Running, isReceived ? ingest.Progress.Begun : ingest.Progress.Received);
        if (ingest.Running.IsCompleted)
        {
            await ingest.Running; // its error is the answer
        }

        return ingest.Job;
    }

    public IReadOnlyList<IngestJob> List() =>
        [.. _running.Values.Select(i => i.Job).Concat(_ended.Values).Where(IsSeen).DistinctBy(j => j.Id).OrderByDescending(j => j.StartedAt)];

    public IngestJob Find(string id)
    {
        var job = _running.GetValueOrDefault(id)?.Job ?? _ended.GetValueOrDefault(id);
        return job is not null && IsSeen(job) ? job : throw new LakehouseException(
            ErrorKind.NotFound, "job_not_found",
            $"There is no ingest '{id}' that runs or has ended lately (ingest.keep_jobs). GET /v1/ingest/jobs lists them.");
    }

    public async IAsyncEnumerable<IngestJob> WatchAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ingest = _running.GetValueOrDefault(id); // which has its end, too, where that is not kept
        for (var last = (IngestJob?)null; ;)
        {
            var job = ingest?.Job ?? Find(id);
            if (job != last)
            {
                last = job;
                yield return job;
            }

            if (job.State is not IngestJobState.Running)
            {
                yield break;
            }

            await Task.WhenAny(ingest?.Completion ?? Task.CompletedTask, Task.Delay(TellEvery, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async Task<IngestJob> CancelAsync(string id)
    {
        if (_running.TryGetValue(id, out var ingest) && IsSeen(ingest.Job))
        {
            await CancelAsync(ingest);
            return ingest.Job;
        }

        return Find(id);
    }

    private static bool IsSeen(IngestJob job) => Caller.Current is var caller
        && caller.Sees(ResourceKind.Dataset, job.Name.Value) && caller.GuardOf(job.Name.Value) is null;

    private static async Task CancelAsync(RunningIngest ingest)
    {
        try
        {
            await ingest.Stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }

        await ingest.Completion;
    }

    /// <param name="request">What to ingest.</param>
    /// <param name="sources">The files.</param>
    /// <param name="bytesTotal">Their bytes.</param>
    /// <param name="isKept">Whether the job goes on without its sender, and is written down.</param>
    /// <param name="sender">Cancelled when the sender is gone.</param>
    private RunningIngest Begin(
        IngestRequest request, IAsyncEnumerable<IngestSource> sources, long? bytesTotal, bool isKept, CancellationToken sender)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var ingest = new RunningIngest(id, request.Name, time.GetUtcNow(), bytesTotal, i => isKept ? TakeTurn(i) : Task.CompletedTask);
        lock (_gate)
        {
            if (_isStopping)
            {
                throw new LakehouseException(ErrorKind.Busy, "shutting_down", "The server is stopping. Send it again when it is back.");
            }

            _running[id] = ingest; // before it can end
            ingest.Running = Task.Run(() => RunAsync(ingest, request, sources, isKept, sender), CancellationToken.None);
        }

        return ingest;
    }

    /// <summary>
    /// Jobs that nobody waits for are committed in the order in which their files have come, because their sender cannot see when one of them is there. Each
    /// holds a place among the ingests that run, so that none waits for one that waits for a place.
    /// </summary>
    private Task TakeTurn(RunningIngest ingest)
    {
        lock (_gate)
        {
            var before = _last.GetValueOrDefault(ingest.Name.Value);
            _last[ingest.Name.Value] = ingest;
            return before?.Completion ?? Task.CompletedTask;
        }
    }

    private void LeaveTurn(RunningIngest ingest)
    {
        lock (_gate)
        {
            if (_last.GetValueOrDefault(ingest.Name.Value) == ingest)
            {
                _last.Remove(ingest.Name.Value);
            }
        }
    }

    private async Task<IngestResult> RunAsync(
        RunningIngest ingest, IngestRequest request, IAsyncEnumerable<IngestSource> sources, bool isKept, CancellationToken sender)
    {
        var id = ingest.Job.Id;
        if (isKept)
        {
            files.Save(ingest.Job);

            // The row of the request is written when it is answered, which is before anything is committed.
            ingest.Record = RequestRecord.Current?.Continue(time.GetUtcNow(), Route, $"{RouteStart}{id}");
            ingest.Record?.Enter();
        }

        try
        {
            // Until its files have come, a job that is kept ends with its sender as others do.
            using var gone = sender.Register(() =>
            {
                if (!isKept || !ingest.Progress.Received.IsCompleted)
                {
                    ingest.Stop.Cancel();
                }
            });
            var result = await ingestor.IngestAsync(request, sources, ingest.Progress, ingest.Stop.Token);
            var (manifest, reading) = (result.Manifest, result.Reading);
            End(ingest, isKept, IngestJobState.Done, null, new IngestJobResult(
                manifest.Version, manifest.RowCount, result.IsUnchanged, result.ReplacedCount, reading.SkippedCount, reading.Notes,
                (long)result.Elapsed.TotalMilliseconds));
            return result;
        }
        catch (OperationCanceledException) when (ingest.Stop.IsCancellationRequested)
        {
            var error = _isStopping
                ? new LakehouseException(ErrorKind.Busy, IngestErrors.InterruptedCode, "The server has stopped. Nothing was registered; send it again.")
                : new LakehouseException(ErrorKind.Cancelled, "ingest_cancelled", "The ingest was cancelled. Nothing was registered.");
            End(ingest, isKept, _isStopping ? IngestJobState.Failed : IngestJobState.Cancelled, error, null);
            throw error;
        }
        catch (Exception error)
        {
            End(ingest, isKept, IngestJobState.Failed, error, null);
            throw;
        }
        finally
        {
            _running.TryRemove(id, out _);
            LeaveTurn(ingest);
            ingest.Dispose();
        }
    }

    private void End(RunningIngest ingest, bool isKept, IngestJobState state, Exception? error, IngestJobResult? result)
    {
        var told = error is null ? null : error is LakehouseException known
            ? new IngestJobError(known.Code, known.Message, known.Details?.GetValueOrDefault("file") as string)
            : new IngestJobError("internal_error", "The ingest failed; the log holds the cause. Nothing was registered.");
        var job = ingest.End(state, time.GetUtcNow(), result, told);
        if (ingest.Record is { } record)
        {
            record.Status = error is null ? StatusCodes.Status200OK
                : error is LakehouseException { Kind: var kind } ? ErrorStatus.Of(kind)
                : StatusCodes.Status500InternalServerError;
            record.Code = told?.Code;
            record.Elapsed = time.GetUtcNow() - record.StartedAt;
            logs.Add(record);
        }

        if (!isKept)
        {
            return;
        }

        // The newest is kept, whatever the clock says.
        foreach (var old in _ended.Values.OrderByDescending(j => j.StartedAt).Skip(Math.Max(0, options.KeepJobs - 1)))
        {
            if (_ended.TryRemove(old.Id, out _))
            {
                files.Remove(old.Id);
            }
        }

        if (options.KeepJobs == 0)
        {
            files.Remove(job.Id);
            return;
        }

        files.Save(job);
        _ended[job.Id] = job;
    }
}
