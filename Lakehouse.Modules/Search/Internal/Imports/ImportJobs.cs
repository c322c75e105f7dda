using System.Collections.Concurrent;
using Lakehouse.Catalog;
using Lakehouse.Core.Access;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Embed;
using Lakehouse.Vector;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lakehouse.Search.Internal.Imports;

/// <summary>
/// Starts and retries imports. The dataset and the version to import are stored with the index (<see cref="VectorOrigin"/>) before an import begins, so that
/// unfinished imports continue after a restart, and transient failures are retried.
/// </summary>
internal sealed partial class ImportJobs(
    IVectorIndexes indexes, ICatalog catalog, IEmbedder embedder, DatasetRows dataset, DirectImport direct, ImportRunner runner, SearchOptions options,
    TimeProvider time, ILogger<ImportJobs> logger)
    : BackgroundService, IIndexImports
{
    private readonly ConcurrentDictionary<string, ImportJob> _jobs = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _starting = new(1);
    private readonly SemaphoreSlim _running = new(options.MaxConcurrentImports);

    public async Task<ImportStatus> StartAsync(IndexName index, ImportRequest request, CancellationToken cancellationToken)
    {
        Caller.Current.RequireWhole(request.Dataset);
        var manifest = dataset.Find(request.Dataset);
        DatasetRows.RequireColumns(manifest, request);
        var model = request.VectorColumn is null ? await embedder.DescribeAsync(request.Model, cancellationToken) : null;
        await _starting.WaitAsync(cancellationToken);
        try
        {
            var info = await FindAsync(index, cancellationToken) ?? await CreateAsync(index, model, cancellationToken);
            RequireFitting(info, request, model);
            var name = info.Spec.Name;
            if (_jobs.TryGetValue(name.Value, out var running) && running.IsRunning)
            {
                throw SearchErrors.Conflict(
                    "import_running",
                    $"An import into the index '{name}' runs already. Wait for its end (GET /v1/vectors/index/{name}/import), or end it (DELETE).");
            }

            var before = info.Origin?.Dataset;
            var origin = new DatasetOrigin(
                manifest.Name.Value,
                before?.Owns == true ? before.Version : 0,
                manifest.Version,
                request.IdColumn,
                request.TextColumn,
                request.VectorColumn,
                request.MetadataColumns,
                Owns: true,
                request.Follow);
            await indexes.SetOwnerAsync(name, new VectorOrigin(model is null ? null : TextQueries.OriginOf(model), origin), info.Generation, cancellationToken);
            return Begin(await indexes.ShowAsync(name, cancellationToken), held: null).Progress.Status; // perhaps with other columns than before
        }
        finally
        {
            _starting.Release();
        }
    }

    public Task<DirectImportResult> AddVectorsAsync(IndexName index, ImportRequest request, CancellationToken cancellationToken)
    {
        Caller.Current.RequireWhole(request.Dataset);
        var manifest = dataset.Find(request.Dataset);
        DatasetRows.RequireColumns(manifest, request);
        return direct.RunAsync(index, request, cancellationToken);
    }

    public async ValueTask<ImportStatus> ShowAsync(IndexName index, CancellationToken cancellationToken)
    {
        var info = await indexes.ShowAsync(index, cancellationToken);
        if (info.Origin?.Dataset is { } of)
        {
            Caller.Current.RequireWhole(of.Dataset);
        }

        return info.Origin?.Dataset is { } origin
            ? _jobs.TryGetValue(info.Spec.Name.Value, out var job) && job.Generation == info.Generation ? job.Progress.Status : StatusOf(info, origin)
            : throw SearchErrors.ImportNotFound(index.Value);
    }

    public async Task StopAsync(IndexName index, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            var info = await indexes.ShowAsync(index, cancellationToken);
            if (info.Origin is not { Dataset: not null } origin)
            {
                throw SearchErrors.ImportNotFound(index.Value);
            }

            await EndAsync(info.Spec.Name);
            await indexes.SetOwnerAsync(
                info.Spec.Name, origin.Embedding is { } embedding ? new VectorOrigin(embedding, null) : null, info.Generation, cancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var job in _jobs.Values)
        {
            job.Stop();
        }

        await Task.WhenAll(_jobs.Values.Select(j => j.Running));
    }

    public override void Dispose()
    {
        foreach (var job in _jobs.Values)
        {
            job.Dispose();
        }

        _starting.Dispose();
        _running.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.FollowEvery, time);
        do
        {
            try
            {
                await LookAfterAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Any other exception would end the program, as those of all background services do.
                LogUnwatched(error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Begins the imports that are due: those that a restart interrupted, whose retry is due, or whose datasets have new versions.</summary>
    private async Task LookAfterAsync(CancellationToken cancellationToken)
    {
        var all = indexes.List();
        foreach (var gone in _jobs.Values.Where(j => !j.IsRunning && !all.Any(i => i.Generation == j.Generation)).ToList())
        {
            await EndAsync(gone.Index);
        }

        foreach (var info in all)
        {
            if (info.Status == IndexStatus.Ready && info.Origin?.Dataset is { Owns: true } origin)
            {
                await LookAfterAsync(info, origin, cancellationToken);
            }
        }
    }

    private async Task LookAfterAsync(VectorIndexInfo info, DatasetOrigin origin, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            var job = _jobs.GetValueOrDefault(info.Spec.Name.Value);
            if (job?.IsRunning == true)
            {
                return;
            }

            var newest = catalog.Find(DatasetName.Parse(origin.Dataset))?.RowsVersion ?? 0;
            var isBehind = origin.Follow && newest > Math.Max(origin.Version, origin.UpdatingTo ?? 0);
            var isUnfinished = origin.UpdatingTo is not null && (job is null || (job.RetryAt is { } at && time.GetTimestamp() >= at));
            if ((isBehind || isUnfinished) && !await MayWriteAsync(info.Spec.Name, cancellationToken))
            {
                return; // the process that writes the index imports into it
            }

            if (isBehind)
            {
                await indexes.SetOwnerAsync(
                    info.Spec.Name, info.Origin! with { Dataset = origin with { UpdatingTo = newest } }, info.Generation, cancellationToken);
            }

            if (isBehind || isUnfinished)
            {
                // An import that did not get to its end has left rows of a version of which the newest one may have nothing.
                var isClean = origin is { UpdatingTo: null, Version: > 0 };
                Begin(
                    indexes.FindOpen(info.Spec.Name) ?? info,
                    isClean ? origin.Version : job is not null && job.Generation == info.Generation ? job.StillHeld : null);
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task<bool> MayWriteAsync(IndexName index, CancellationToken cancellationToken)
    {
        try
        {
            await indexes.BeginWritingAsync(index, cancellationToken);
            return true;
        }
        catch (LakehouseException error) when (error.Code is "index_shared" or "index_behind")
        {
            return false;
        }
    }

    private async ValueTask<VectorIndexInfo?> FindAsync(IndexName index, CancellationToken cancellationToken)
    {
        try
        {
            return await indexes.ShowAsync(index, cancellationToken);
        }
        catch (LakehouseException error) when (error.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    private async Task<VectorIndexInfo> CreateAsync(IndexName index, EmbedModelInfo? model, CancellationToken cancellationToken) => model is null
        ? throw SearchErrors.Import($"there is no index '{index}', and its dimension is not known; create it first (POST /v1/vectors/index)")
        : await indexes.CreateAsync(VectorIndexSpec.Default(index, model.Dimension), cancellationToken);

    private static void RequireFitting(VectorIndexInfo info, ImportRequest request, EmbedModelInfo? model)
    {
        var name = info.Spec.Name;
        if (model is not null && model.Dimension != info.Spec.Dimension)
        {
            throw SearchErrors.Import($"the index '{name}' has {info.Spec.Dimension} dimensions, the model '{model.Name}' gives {model.Dimension}");
        }

        var isSame = info.Origin?.Dataset is { Owns: true } origin && origin.Dataset.Equals(request.Dataset, StringComparison.OrdinalIgnoreCase);
        if (!isSame && info.ItemCount > 0)
        {
            throw SearchErrors.Conflict(
                "index_not_empty", $"The index '{name}' holds {info.ItemCount} items that are not rows of the dataset '{request.Dataset}', and an import "
                + "would remove them. Import into an empty index.");
        }

        var (then, now) = (info.Origin?.Embedding, model is null ? null : TextQueries.OriginOf(model));
        if (info.ItemCount > 0 && (then?.Model != now?.Model || (then is not null && TextQueries.FindDifference(then, now!) is not null)))
        {
            throw SearchErrors.Conflict(
                "model_differs",
                $"The vectors of the index '{name}' {(then is null ? "were not made by a model" : $"were made by the model '{then.Model}'")}; those of this "
                + $"import {(now is null ? "come from the dataset" : $"would be made by the current '{now.Model}'")}. Import into a new index, and point an "
                + "alias at it.");
        }
    }

    /// <summary>Begins the import that the origin of the index describes. Call it while holding <see cref="_starting"/>.</summary>
    private ImportJob Begin(VectorIndexInfo info, long? held)
    {
        var name = info.Spec.Name;
        var (embedding, dataset) = info.Origin!;
        var origin = dataset!;
        var before = _jobs.GetValueOrDefault(name.Value);
        var import = new ImportRequest(
            origin.Dataset, origin.IdColumn, origin.TextColumn, origin.VectorColumn, origin.MetadataColumns, embedding?.Model, origin.Follow);
        var job = new ImportJob(
            name, info.Generation, import, new ImportProgress(StatusOf(info, origin) with { State = ImportState.Queued, StartedAt = time.GetUtcNow() }))
        {
            FailureCount = before is not null && before.Generation == info.Generation ? before.FailureCount : 0,
            Held = held,
        };
        before?.Dispose();
        _jobs[name.Value] = job;
        job.Running = Task.Run(() => RunAsync(job), CancellationToken.None);
        return job;
    }

    private async Task EndAsync(IndexName name)
    {
        if (_jobs.TryRemove(name.Value, out var job))
        {
            job.Stop();
            await job.Running;
            job.Dispose();
        }
    }

    /// <summary>Runs an import. Never throws.</summary>
    private async Task RunAsync(ImportJob job)
    {
        try
        {
            await _running.WaitAsync(job.Stopping);
            try
            {
                job.Progress.Set(s => s with { State = ImportState.Reading });
                await RequireSameModelAsync(job);
                var version = await runner.RunAsync(job.Progress, job.Index, job.Generation, job.Import, job.Held, job.Stopping);
                await FinishAsync(job, version);
            }
            finally
            {
                _running.Release();
            }
        }
        catch (OperationCanceledException) when (job.Stopping.IsCancellationRequested)
        {
            job.Progress.Set(s => s with { State = ImportState.Waiting, FinishedAt = time.GetUtcNow() });
        }
        catch (Exception error)
        {
            Fail(job, error);
        }
    }

    private async Task FinishAsync(ImportJob job, long version)
    {
        var info = await indexes.ShowAsync(job.Index, job.Stopping);
        if (info.Origin is { Dataset: { } dataset } origin)
        {
            await indexes.SetOwnerAsync(
                job.Index, origin with { Dataset = dataset with { Version = version, UpdatingTo = null } }, job.Generation, job.Stopping);
        }

        job.FailureCount = 0;
        job.Progress.Set(s => s with { State = ImportState.Done, Version = version, TargetVersion = null, FinishedAt = time.GetUtcNow() });
        var done = job.Progress.Status;
        LogDone(job.Index.Value, done.Dataset, version, done.EmbeddedCount, done.UpdatedCount, done.UnchangedCount, done.RemovedCount);
    }

    /// <summary>Refuses an import by a model that has changed: its vectors cannot be compared with those in the index.</summary>
    private async Task RequireSameModelAsync(ImportJob job)
    {
        if ((await indexes.ShowAsync(job.Index, job.Stopping)).Origin?.Embedding is { } then)
        {
            var now = TextQueries.OriginOf(await embedder.DescribeAsync(then.Model, job.Stopping));
            if (TextQueries.FindDifference(then, now) is { } difference)
            {
                throw SearchErrors.Conflict(
                    "model_changed",
                    $"The model '{then.Model}' has changed since it made the vectors of the index '{job.Index}': {difference}. Import into a new index, and "
                    + "point an alias at it.");
            }
        }
    }

    private void Fail(ImportJob job, Exception error)
    {
        var known = error as LakehouseException;
        var canPass = known is null || known.CanSucceedLater;
        if (canPass)
        {
            const int doublingsMax = 30;
            var wait = Math.Min(options.RetryAfterMax.Ticks, options.RetryAfter.Ticks * Math.Pow(2, Math.Min(job.FailureCount++, doublingsMax)));
            job.RetryAt = time.GetTimestamp() + (long)(TimeSpan.FromTicks((long)wait).TotalSeconds * time.TimestampFrequency);
        }

        job.Progress.Set(s => s with
        {
            State = canPass ? ImportState.Waiting : ImportState.Failed,
            Error = known?.Message ?? "The import failed unexpectedly; the log has the cause.",
            ErrorCode = known?.Code ?? "internal_error",
            FinishedAt = time.GetUtcNow(),
        });
        LogFailed(error, job.Index.Value, job.Import.Dataset);
    }

    private static ImportStatus StatusOf(VectorIndexInfo info, DatasetOrigin origin) => new()
    {
        Index = info.Spec.Name.Value,
        Dataset = origin.Dataset,
        State = origin.UpdatingTo is null ? ImportState.Done : ImportState.Waiting,
        Version = origin.Version,
        TargetVersion = origin.UpdatingTo,
        Follow = origin.Follow,
        Model = info.Origin?.Embedding?.Model,
    };

    [LoggerMessage(
        EventId = 8001,
        Level = LogLevel.Information,
        Message = "The index {Index} holds the dataset {Dataset} at version {Version}: {Embedded} rows embedded, {Updated} updated, {Unchanged} as they "
            + "were, {Removed} removed")]
    private partial void LogDone(string index, string dataset, long version, long embedded, long updated, long unchanged, long removed);

    [LoggerMessage(EventId = 8002, Level = LogLevel.Warning, Message = "The import of the dataset {Dataset} into the index {Index} has failed")]
    private partial void LogFailed(Exception error, string index, string dataset);

    [LoggerMessage(EventId = 8003, Level = LogLevel.Warning, Message = "The check for imports that are due has failed; it is tried again")]
    private partial void LogUnwatched(Exception error);
}
