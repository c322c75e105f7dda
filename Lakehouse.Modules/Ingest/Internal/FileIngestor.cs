using System.Diagnostics;
using Lakehouse.Catalog;
using Lakehouse.Catalog.Schemas;
using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Core.Text;
using Lakehouse.Ingest.Internal.Files;
using Lakehouse.Ingest.Internal.Tables;
using Lakehouse.Query.Rows;
using Lakehouse.Storage;

namespace Lakehouse.Ingest.Internal;

/// <summary>
/// Runs ingests. While the body arrives, it is scanned and spooled in segments, and complete segments are converted concurrently. When a late value changes a
/// column's type, the segments that were converted with another type are converted again. Then the data files are put into the bucket, the manifest is
/// committed, and the catalog in memory is updated, in this order. A crash before the commit leaves orphaned files and changes no dataset.
/// </summary>
internal sealed class FileIngestor(IObjectStore store, IScratchSpace scratch, ICatalog catalog, IDatasetRows rows, IngestOptions options)
    : IIngestor, IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(
        options.MaxConcurrent,
        options.MaxWaiting,
        options.MaxWait,
        () => BusyErrors.TooMany("too_many_ingests", "ingests", options.MaxConcurrent, "ingest.max_concurrent"));

    private readonly ConverterEngines _engines = new(options);

    public async Task<IngestResult> IngestAsync(IngestRequest request, IAsyncEnumerable<IngestSource> files, CancellationToken cancellationToken)
    {
        using var lease = await _limiter.AcquireAsync(cancellationToken);
        try
        {
            using var folder = scratch.Create();
            return await IngestAsync(request, files, folder.Path, cancellationToken);
        }
        catch (Exception error) when (FileSystemErrors.Is(error))
        {
            throw FileSystemErrors.Translate(error);
        }
    }

    public async Task<IngestPreview> PreviewAsync(ReadOptions reading, IAsyncEnumerable<IngestSource> files, CancellationToken cancellationToken)
    {
        using var lease = await _limiter.AcquireAsync(cancellationToken);
        using var folder = scratch.Create();
        IngestPreview? preview = null;
        await foreach (var file in files.WithCancellation(cancellationToken))
        {
            if (preview is null)
            {
                await using var upload = new Upload(new IngestRequest(default, reading), [], options, _engines, folder.Path);
                var (rows, isWhole) = await upload.PreviewAsync(file, cancellationToken);
                preview = new IngestPreview(upload.Reading, rows, isWhole);
            }

            // A client that sends a long file gets its answer when it has sent it: to answer earlier would look like a broken connection to many.
            await using var rest = new UploadedBytes(file.Content, options.MaxIngestBytes, options.BodyTimeout);
            await rest.CopyToAsync(Stream.Null, cancellationToken);
        }

        return preview!;
    }

    public void Dispose()
    {
        _limiter.Dispose();
        _engines.Dispose();
    }

    private async Task<IngestResult> IngestAsync(
        IngestRequest request, IAsyncEnumerable<IngestSource> files, string folder, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var dataset = catalog.FindIgnoringCase(request.Name.Value)?.Columns ?? [];
        await using var upload = new Upload(request, dataset, options, _engines, folder);
        await upload.ReadAsync(files, cancellationToken);
        var segments = await upload.ConvertAsync(cancellationToken);
        var columns = upload.Columns;
        var keys = request.Keys is null ? null : KeysOf(request.Keys, columns);
        var rule = request.IsEvolving ? SchemaRule.Evolve : SchemaRule.Same;
        var plan = await PlanAsync(request.Name, upload, rule, [.. segments.Select(s => s.Sha256)], cancellationToken);
        var stored = new List<OfferedFile>(segments.Count);
        long bytesWritten = 0;
        for (var i = 0; i < segments.Count; i++)
        {
            var info = await store.ImportAsync(plan.Keys[i], segments[i].Path, cancellationToken);
            stored.Add(new OfferedFile(plan.Keys[i], segments[i].Segment.RowCount, segments[i].Sha256));
            bytesWritten += info.SizeBytes;
        }

        // From here on, the commit is not cancelled when the client disconnects.
        var answers = request.Key is null ? null : new CommitRequest(request.Key, upload.Digest!);
        var madeBy = keys is not null ? "upsert" : request.Mode == CommitMode.Append ? "append" : "ingest";
        var commit = new DatasetCommit(
            request.Name, plan.Fingerprint, columns, stored, upload.RowCount, madeBy, request.Mode,
            Request: answers, Schema: rule);
        var (result, replaced) = keys is null
            ? new RowChange(await catalog.CommitAsync(commit, CancellationToken.None), 0)
            : await rows.UpsertAsync(commit, keys, cancellationToken);
        return new IngestResult(result.Manifest, result.IsUnchanged, bytesWritten, upload.Reading, replaced, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>The columns of a key as they are called.</summary>
    private static IReadOnlyList<string> KeysOf(IReadOnlyList<string> keys, IReadOnlyList<DatasetColumn> columns) =>
    [
        .. keys.Select(key => columns.FirstOrDefault(c => c.Name.Equals(key, StringComparison.OrdinalIgnoreCase))?.Name
            ?? throw IngestErrors.Option("key", $"the file has no column '{key}'{NearestName.Hint(key, columns.Select(c => c.Name))}")),
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
            throw conflict.With("found", upload.Reading.Columns);
        }
    }
}
