using System.Diagnostics;
using Lakehouse.Catalog;
using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Access;
using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Observation;
using Lakehouse.Core.Text;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Parquet;
using Lakehouse.Ingest.Internal.Tables;
using Lakehouse.Query.Rows;
using Lakehouse.Storage;

namespace Lakehouse.Ingest.Internal;

/// <summary>
/// Runs ingests. While the body arrives, it is scanned and spooled in segments, and complete segments are converted concurrently. When a late value changes a
/// column's type, the segments that were converted with another type are converted again. Then the data files are put into the bucket, the manifest is
/// committed, and the catalog in memory is updated, in this order. A crash before the commit leaves orphaned files and changes no dataset.
/// </summary>
internal sealed class FileIngestor(IObjectStore store, IScratchSpace scratch, ICatalog catalog, IDatasetRows rows, IDataFiles files, IngestOptions options)
    : IIngestor, IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(
        options.MaxConcurrent,
        options.MaxWaiting,
        options.MaxWait,
        () => BusyErrors.TooMany("too_many_ingests", "ingests", options.MaxConcurrent, "ingest.max_concurrent"));

    private readonly ConverterEngines _engines = new(options, scratch);

    public async Task<IngestResult> IngestAsync(
        IngestRequest request, IAsyncEnumerable<IngestSource> sources, IIngestProgress? progress, CancellationToken cancellationToken)
    {
        Caller.Current.Require(AccessAction.Ingest);
        Caller.Current.RequireWhole(request.Name.Value);
        using var span = Tracing.Start($"ingest {request.Name.Value}");
        using var lease = await _limiter.AcquireAsync(cancellationToken);
        progress?.Begin();
        try
        {
            using var folder = scratch.Create();
            return await IngestAsync(request, sources, progress, folder.Path, cancellationToken);
        }
        catch (Exception error)
        {
            span.Fail(error);
            throw FileSystemErrors.Is(error) ? FileSystemErrors.Translate(error) : error;
        }
    }

    public async Task<IngestPreview> PreviewAsync(ReadOptions reading, IAsyncEnumerable<IngestSource> sources, CancellationToken cancellationToken)
    {
        using var lease = await _limiter.AcquireAsync(cancellationToken);
        using var folder = scratch.Create();
        IngestPreview? preview = null;
        await foreach (var file in sources.WithCancellation(cancellationToken))
        {
            if (preview is null)
            {
                await using var upload = new Upload(new IngestRequest(default, reading), [], options, _engines, folder.Path);
                var (shown, isWhole) = await upload.PreviewAsync(file, cancellationToken);
                preview = upload.Parquet is [var sent]
                    ? await PreviewAsync(upload, sent, cancellationToken)
                    : new IngestPreview(upload.Reading, shown, isWhole);
            }

            // A client that sends a long file gets its answer when it has sent it: to answer earlier would look like a broken connection to many.
            await using var rest = new UploadedBytes(file.Content, options.MaxIngestBytes, options.BodyTimeout);
            await rest.CopyToAsync(Stream.Null, cancellationToken);
        }

        return preview!;
    }

    /// <summary>The engine reads what is in the bucket, so the file is there for a moment.</summary>
    private async Task<IngestPreview> PreviewAsync(Upload upload, ParquetFile sent, CancellationToken cancellationToken)
    {
        var name = DatasetName.Parse($"preview_{Guid.NewGuid():N}"); // which no dataset has, so that its key is new
        var plan = await catalog.PlanAsync(name, [], SchemaRule.Set, [sent.Sha256], cancellationToken);
        await store.ImportAsync(plan.Keys[0], sent.Path, cancellationToken);
        try
        {
            var shape = await DescribeAsync(new DataFile(plan.Keys[0], sent.SizeBytes, null, sent.Sha256), RecordPreview.RowsMax, cancellationToken);
            return new IngestPreview(upload.ReadingOf(shape.Columns), shape.Rows, IsWhole: true);
        }
        finally
        {
            await store.DeleteAsync(plan.Keys[0], CancellationToken.None);
        }
    }

    public void Dispose()
    {
        _limiter.Dispose();
        _engines.Dispose();
    }

    private async Task<IngestResult> IngestAsync(
        IngestRequest request, IAsyncEnumerable<IngestSource> sources, IIngestProgress? progress, string folder, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var current = catalog.FindIgnoringCase(request.Name.Value);
        var dataset = current?.Columns ?? [];
        await using var upload = new Upload(request with { SortBy = request.SortBy ?? current?.SortBy }, dataset, options, _engines, folder, progress)
        {
            FieldIds = current?.Table?.FieldIds,
        };
        await upload.ReadAsync(sources, cancellationToken);
        progress?.End();
        if (upload.Parquet is { } sent)
        {
            await (progress?.WaitForTurnAsync(cancellationToken) ?? Task.CompletedTask);
            return await StoreAsync(request, upload, sent, started, cancellationToken);
        }

        var segments = await upload.ConvertAsync(cancellationToken);
        await (progress?.WaitForTurnAsync(cancellationToken) ?? Task.CompletedTask);
        var columns = upload.Columns;
        _ = ColumnsOf("sort_by", request.SortBy ?? [], columns);
        var keys = request.Keys is null ? null : ColumnsOf("key", request.Keys, columns);
        if (upload.RowCount == 0 && request.Mode == CommitMode.Append && dataset.Count > 0)
        {
            (segments, keys) = ([], null); // nothing comes to the rows that are there
        }

        var plan = await PlanAsync(request.Name, upload, RuleOf(request), [.. segments.Select(s => s.Sha256)], cancellationToken);
        var stored = new List<OfferedFile>(segments.Count);
        long bytesWritten = 0;
        try
        {
            for (var i = 0; i < segments.Count; i++)
            {
                var info = await store.ImportAsync(plan.Keys[i], segments[i].Path, cancellationToken);
                stored.Add(new OfferedFile(plan.Keys[i], segments[i].Segment.RowCount, segments[i].Sha256));
                bytesWritten += info.SizeBytes;
            }
        }
        catch
        {
            await DeleteAsync(plan);
            throw;
        }

        var (result, replaced) = await CommitAsync(request, upload, plan, columns, stored, keys, cancellationToken);
        var reading = CommittedReading.Of(upload.Reading, current, result);
        return new IngestResult(result.Manifest, result.IsUnchanged, bytesWritten, reading, replaced, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Makes Parquet files data files as they are.</summary>
    private async Task<IngestResult> StoreAsync(
        IngestRequest request, Upload upload, IReadOnlyList<ParquetFile> sent, long started, CancellationToken cancellationToken)
    {
        var dataset = catalog.FindIgnoringCase(request.Name.Value);
        if (request.SortBy is { Count: > 0 })
        {
            throw IngestErrors.Option("sort_by", "the file is Parquet, which is stored as it is");
        }

        var placed = await catalog.PlanAsync(request.Name, dataset?.Columns ?? [], SchemaRule.Set, [.. sent.Select(f => f.Sha256)], cancellationToken);
        var stored = new List<OfferedFile>(sent.Count);
        CommitPlan plan;
        IReadOnlyList<DatasetColumn> columns;
        IReadOnlyList<string>? keys;
        try
        {
            foreach (var (key, file) in placed.Keys.Zip(sent))
            {
                await store.ImportAsync(key, file.Path, cancellationToken);
                var shape = await DescribeAsync(new DataFile(key, file.SizeBytes, null, file.Sha256), 0, cancellationToken);
                stored.Add(new OfferedFile(key, shape.RowCount, file.Sha256, shape.Columns));
            }

            columns = ColumnsOf(stored, dataset?.Columns ?? [], request.IsEvolving);
            keys = request.Keys is null ? null : ColumnsOf("key", request.Keys, columns);
            plan = await catalog.PlanAsync(request.Name, columns, RuleOf(request), [], cancellationToken);
        }
        catch
        {
            await DeleteAsync(placed);
            throw;
        }

        var (result, replaced) = await CommitAsync(request, upload, plan, columns, stored, keys, cancellationToken);
        var reading = CommittedReading.Of(upload.ReadingOf(columns), dataset, result);
        return new IngestResult(
            result.Manifest, result.IsUnchanged, sent.Sum(f => f.SizeBytes), reading, replaced, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Deletes the files of an ingest that ends before its commit. Nobody knows their keys; those that the dataset had before stay.</summary>
    private async Task DeleteAsync(CommitPlan plan)
    {
        foreach (var key in plan.Added)
        {
            try
            {
                await store.DeleteAsync(key, CancellationToken.None);
            }
            catch (LakehouseException)
            {
                // A collection removes it. The error that ended the ingest is the one to tell.
            }
        }
    }

    /// <summary>The columns of a commit of Parquet files: those of the dataset, as far as they hold the files' values.</summary>
    private static IReadOnlyList<DatasetColumn> ColumnsOf(IReadOnlyList<OfferedFile> stored, IReadOnlyList<DatasetColumn> dataset, bool isEvolving)
    {
        var all = dataset.Count > 0 ? SchemaFit.Of(stored[0].Columns!, dataset) : stored[0].Columns!;
        foreach (var file in stored.Skip(1))
        {
            var columns = SchemaFit.Of(file.Columns!, all);
            if (!isEvolving && !columns.SequenceEqual(all))
            {
                var other = columns.Concat(all).First(c => !columns.Contains(c) || !all.Contains(c)).Name;
                throw ParquetSpool.Invalid($"the files have different columns, such as '{other}'; ingest them one by one, or say evolve=true");
            }

            all = isEvolving ? SchemaEvolution.Merge(all, columns) : all;
        }

        return all;
    }

    private async Task<DataFileShape> DescribeAsync(DataFile file, int rowsMax, CancellationToken cancellationToken)
    {
        const long rowCountMax = 1L << 48; // of which many can be added up
        try
        {
            var shape = await files.DescribeAsync(file, rowsMax, cancellationToken);
            return shape.RowCount is >= 0 and <= rowCountMax ? shape : throw ParquetSpool.Invalid($"it says that it has {shape.RowCount} rows");
        }
        catch (LakehouseException error) when (error.Kind is ErrorKind.Damaged or ErrorKind.InvalidInput || error.Code == "engine_failed")
        {
            throw ParquetSpool.Invalid("the engine finds no tables in it", error);
        }
    }

    private async Task<RowChange> CommitAsync(
        IngestRequest request,
        Upload upload,
        CommitPlan plan,
        IReadOnlyList<DatasetColumn> columns,
        IReadOnlyList<OfferedFile> stored,
        IReadOnlyList<string>? keys,
        CancellationToken cancellationToken)
    {
        RequestRecord.Current?.AddRows(stored.Sum(f => f.RowCount ?? 0));

        // From here on, the commit is not cancelled when the client disconnects.
        var answers = request.Key is null ? null : new CommitRequest(request.Key, upload.Digest!);
        var madeBy = keys is not null ? "upsert" : request.Mode == CommitMode.Append ? "append" : "ingest";
        var commit = new DatasetCommit(
            request.Name,
            plan.Fingerprint,
            columns,
            stored,
            stored.Sum(f => f.RowCount ?? 0),
            madeBy,
            request.Mode,
            Request: answers,
            Schema: RuleOf(request),
            SortBy: request.SortBy);
        return keys is null
            ? new RowChange(await catalog.CommitAsync(commit, CancellationToken.None), 0)
            : await rows.UpsertAsync(commit, keys, cancellationToken);
    }

    private static SchemaRule RuleOf(IngestRequest request) => request.IsEvolving ? SchemaRule.Evolve : SchemaRule.Same;

    /// <summary>Columns that an option names, as they are called.</summary>
    private static IReadOnlyList<string> ColumnsOf(string option, IReadOnlyList<string> named, IReadOnlyList<DatasetColumn> columns) =>
    [
        .. named.Select(name => columns.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Name
            ?? throw IngestErrors.Option(option, $"the file has no column '{name}'{NearestName.Hint(name, columns.Select(c => c.Name))}")),
    ];

    /// <summary>A schema that is not that of the dataset is told with the values that made it.</summary>
    private async Task<CommitPlan> PlanAsync(
        DatasetName name, Upload upload, SchemaRule rule, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        try
        {
            return await catalog.PlanAsync(name, upload.Columns, rule, hashes, cancellationToken);
        }
        catch (LakehouseException conflict) when (conflict.Code == "schema_conflict")
        {
            throw SchemaEvidence.Add(conflict, upload.Reading.Columns);
        }
    }
}
