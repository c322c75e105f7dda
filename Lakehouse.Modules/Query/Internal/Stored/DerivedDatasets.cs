using System.Collections.Concurrent;
using System.Diagnostics;
using Lakehouse.Catalog;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Query.Internal.Stored;

/// <summary>
/// Keeps derived datasets fresh: when what one reads has a newer version, its query runs again, one at a time. Its definition and the versions that it was made
/// of are in its manifest, so nothing else has to be remembered: a start compares them with the catalog. A run that was killed has committed nothing.
/// </summary>
internal sealed partial class DerivedDatasets : BackgroundService
{
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromMinutes(5);

    private readonly ICatalog _catalog;
    private readonly DatasetWriter _writer;
    private readonly TimeProvider _time;
    private readonly ILogger<DerivedDatasets> _logger;
    private readonly ConcurrentDictionary<string, DerivedRun> _runs = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changed = new(0, 1);

    // One at a time, also those that a client defines.
    private readonly SemaphoreSlim _making = new(1);

    public DerivedDatasets(ICatalog catalog, DatasetWriter writer, TimeProvider time, ILogger<DerivedDatasets> logger)
    {
        (_catalog, _writer, _time, _logger) = (catalog, writer, time, logger);
        _catalog.Changed += Wake;
    }

    /// <summary>The derived datasets there are, by name.</summary>
    public IReadOnlyList<Manifest> List() => _catalog.ListDerived();

    /// <summary>A derived dataset.</summary>
    /// <exception cref="LakehouseException"><c>derived_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    public Manifest Find(DatasetName name) => _catalog.Find(name) is { IsDerived: true } dataset ? dataset : throw EngineErrors.NotDerived(name.Value);

    /// <summary>What a derived dataset is doing.</summary>
    public (DerivedState State, DerivedRun? Run) StateOf(Manifest dataset)
    {
        var run = _runs.GetValueOrDefault(dataset.Name.Value);
        return run is { Took: null } ? (DerivedState.Running, run)
            : IsFresh(dataset) ? (DerivedState.Fresh, run)
            : (run?.Error is null ? DerivedState.Stale : DerivedState.Failed, run);
    }

    /// <summary>Defines a derived dataset, or changes its query, and makes it now. When this throws, nothing has changed.</summary>
    /// <exception cref="LakehouseException">
    /// As <see cref="DatasetWriter.WriteAsync"/>; <c>definition_cycle</c> (<see cref="ErrorKind.InvalidInput"/>), <c>dataset_derived</c>
    /// (<see cref="ErrorKind.Conflict"/>): there is a dataset of that name that is not derived.
    /// </exception>
    public async Task<Manifest> DefineAsync(DatasetName name, QueryRequest request, CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken);
        try
        {
            var current = _catalog.Find(name);
            if (current is { IsDerived: false })
            {
                throw EngineErrors.NotDerivedYet(name.Value);
            }

            var (began, started) = (_time.GetUtcNow(), Stopwatch.GetTimestamp());
            var target = new DatasetTarget(name, CommitMode.Replace) { Definition = request.Sql, ExpectedVersion = current?.Version ?? 0 };
            var (result, _) = await _writer.WriteAsync(request, target, cancellationToken);
            _runs[name.Value] = new DerivedRun(began, Stopwatch.GetElapsedTime(started), null, 0, default, []);
            return result.Manifest;
        }
        finally
        {
            _making.Release();
        }
    }

    public override void Dispose()
    {
        _catalog.Changed -= Wake;
        _changed.Dispose();
        _making.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            // The one that has not run for longest, so that one whose source always changes does not hold up the others.
            var now = _time.GetUtcNow();
            var stale = List().Where(d => !IsFresh(d)).ToList();
            var due = stale.Where(d => RetryAtOf(d) <= now).OrderBy(d => _runs.GetValueOrDefault(d.Name.Value)?.StartedAt ?? default).FirstOrDefault();
            if (due is null)
            {
                var wait = stale.Count == 0 ? Timeout.InfiniteTimeSpan : stale.Min(RetryAtOf) - now;
                await _changed.WaitAsync(wait, stoppingToken);
                continue;
            }

            await _making.WaitAsync(stoppingToken);
            try
            {
                await RunAsync(due, stoppingToken);
            }
            finally
            {
                _making.Release();
            }
        }
    }

    private async Task RunAsync(Manifest dataset, CancellationToken stoppingToken)
    {
        var name = dataset.Name.Value;
        var (started, failures) = (Stopwatch.GetTimestamp(), _runs.GetValueOrDefault(name)?.Failures ?? 0);
        var run = new DerivedRun(_time.GetUtcNow(), null, null, failures, default, []);
        _runs[name] = run;
        try
        {
            if (dataset.Definition!.Sources.Any(s => _catalog.FindAny(s.Name)?.Version < s.Version))
            {
                // Another process has made it of versions that are not known here yet: of what is known here it would become older.
                await _catalog.RefreshAsync(stoppingToken);
            }

            _catalog.RequireNoCycle(name, dataset.Definition.Sources.Select(s => s.Name));
            var target = new DatasetTarget(dataset.Name, CommitMode.Replace) { Definition = dataset.Definition.Sql, ExpectedVersion = dataset.Version };
            var (result, _) = await _writer.WriteAsync(new QueryRequest(dataset.Definition.Sql), target, stoppingToken);
            _runs[name] = run with { Took = Stopwatch.GetElapsedTime(started), Failures = 0 };
            LogMade(name, result.Manifest.Version, result.Manifest.RowCount);
        }
        catch (Exception error) when (!stoppingToken.IsCancellationRequested)
        {
            if (error is LakehouseException { Code: "version_conflict" or "dataset_derived" or "name_conflict" } && await TryRefreshAsync(stoppingToken))
            {
                // It was changed, dropped or made by another process meanwhile: the next look at the catalog decides.
                _runs.TryRemove(name, out _);
                return;
            }

            var known = error as LakehouseException ?? EngineErrors.Failed(error);
            var retry = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(failures, 30)), RetryAfterMax.TotalSeconds));
            _runs[name] = run with
            {
                Took = Stopwatch.GetElapsedTime(started),
                Error = known,
                Failures = failures + 1,
                RetryAt = _time.GetUtcNow() + retry,
                Seen = VersionsOf(dataset),
            };
            if (error is LakehouseException { Kind: not ErrorKind.Failed })
            {
                LogRefused(name, error.Message);
            }
            else
            {
                LogFailed(error, name);
            }
        }
    }

    private async Task<bool> TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _catalog.RefreshAsync(cancellationToken);
            return true;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(error, "(refresh)");
            return false;
        }
    }

    /// <summary>The versions that its sources have now.</summary>
    private IReadOnlyList<long?> VersionsOf(Manifest dataset) => [.. dataset.Definition!.Sources.Select(s => _catalog.FindAny(s.Name)?.Version)];

    /// <summary>When it may run: at once, or some time after a failure, unless what it reads has changed since.</summary>
    private DateTimeOffset RetryAtOf(Manifest dataset) =>
        _runs.GetValueOrDefault(dataset.Name.Value) is { Error: not null } run && run.Seen.SequenceEqual(VersionsOf(dataset)) ? run.RetryAt : default;

    private bool IsFresh(Manifest dataset) => dataset.Definition!.Sources.All(
        s => _catalog.FindAny(s.Name) is { } source && source.RowsVersion <= s.Version && s.Version <= source.Version);

    private void Wake(object? sender, EventArgs arguments)
    {
        try
        {
            _changed.Release();
        }
        catch (Exception error) when (error is SemaphoreFullException or ObjectDisposedException)
        {
            // It will look anyway, or not any more.
        }
    }

    [LoggerMessage(EventId = 4011, Level = LogLevel.Information, Message = "Made version {Version} of the derived dataset {Dataset} with {Rows} rows")]
    private partial void LogMade(string dataset, long version, long rows);

    [LoggerMessage(EventId = 4012, Level = LogLevel.Warning, Message = "The derived dataset {Dataset} could not be made again; it keeps its rows")]
    private partial void LogFailed(Exception error, string dataset);

    [LoggerMessage(EventId = 4013, Level = LogLevel.Warning, Message = "The derived dataset {Dataset} could not be made again; it keeps its rows. {Reason}")]
    private partial void LogRefused(string dataset, string reason);
}
