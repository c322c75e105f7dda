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

    public DerivedDatasets(ICatalog catalog, DatasetWriter writer, TimeProvider time, ILogger<DerivedDatasets> logger)
    {
        (_catalog, _writer, _time, _logger) = (catalog, writer, time, logger);
        _catalog.Changed += Wake;
    }

    /// <summary>The derived datasets there are, by name.</summary>
    public IReadOnlyList<Manifest> List() => [.. _catalog.List().Where(d => d.IsDerived)];

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
        var current = _catalog.Find(name);
        if (current is { IsDerived: false })
        {
            throw EngineErrors.NotDerivedYet(name.Value);
        }

        var target = new DatasetTarget(name, CommitMode.Replace) { Definition = request.Sql, ExpectedVersion = current?.Version ?? 0 };
        var (result, _) = await _writer.WriteAsync(request, target, cancellationToken);
        _runs.TryRemove(name.Value, out _);
        return result.Manifest;
    }

    public override void Dispose()
    {
        _catalog.Changed -= Wake;
        _changed.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var due = List().Where(d => !IsFresh(d)).OrderBy(RetryAtOf).FirstOrDefault();
            var wait = due is null ? Timeout.InfiniteTimeSpan : RetryAtOf(due) - _time.GetUtcNow();
            if (due is null || wait > TimeSpan.Zero)
            {
                await _changed.WaitAsync(wait, stoppingToken);
                continue;
            }

            await RunAsync(due, stoppingToken);
        }
    }

    private async Task RunAsync(Manifest dataset, CancellationToken stoppingToken)
    {
        var name = dataset.Name.Value;
        var (started, failures) = (Stopwatch.GetTimestamp(), _runs.GetValueOrDefault(name)?.Failures ?? 0);
        var run = new DerivedRun(_time.GetUtcNow(), null, null, failures, default);
        _runs[name] = run;
        try
        {
            _catalog.RequireNoCycle(name, dataset.Definition!.Sources.Select(s => s.Name));
            var target = new DatasetTarget(dataset.Name, CommitMode.Replace) { Definition = dataset.Definition.Sql, ExpectedVersion = dataset.Version };
            var (result, _) = await _writer.WriteAsync(new QueryRequest(dataset.Definition.Sql), target, stoppingToken);
            _runs[name] = run with { Took = Stopwatch.GetElapsedTime(started), Failures = 0 };
            LogMade(name, result.Manifest.Version, result.Manifest.RowCount);
        }
        catch (LakehouseException error) when (error.Code is "version_conflict" or "dataset_derived")
        {
            // It was changed, dropped or made by another process meanwhile: the next look at the catalog decides.
            _runs.TryRemove(name, out _);
            await _catalog.RefreshAsync(dataset.Name, stoppingToken);
        }
        catch (Exception error) when (!stoppingToken.IsCancellationRequested)
        {
            var known = error as LakehouseException ?? EngineErrors.Failed(error);
            var retry = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(failures, 30)), RetryAfterMax.TotalSeconds));
            _runs[name] = run with { Took = Stopwatch.GetElapsedTime(started), Error = known, Failures = failures + 1, RetryAt = _time.GetUtcNow() + retry };
            LogFailed(error, name);
        }
    }

    /// <summary>When it may run: at once, or some time after a failure. What it reads may have changed since, which does not help most failures.</summary>
    private DateTimeOffset RetryAtOf(Manifest dataset) => _runs.GetValueOrDefault(dataset.Name.Value)?.RetryAt ?? default;

    private bool IsFresh(Manifest dataset) => dataset.Definition!.Sources.All(s => _catalog.FindAny(s.Name)?.Version == s.Version);

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
}
