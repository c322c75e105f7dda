using System.Diagnostics;
using Lakehouse.Catalog;
using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;
using Lakehouse.Storage;

namespace Lakehouse.Ingest.Internal;

/// <summary>
/// Runs ingests. While the body arrives, it is scanned and spooled in segments, and complete segments are converted concurrently. When a late value changes a
/// column's type, the segments that were converted with another type are converted again. Then the data files are put into the bucket, the manifest is
/// committed, and the catalog in memory is updated, in this order. A crash before the commit leaves orphaned files and changes no dataset.
/// </summary>
internal sealed class CsvIngestor(IObjectStore store, IScratchSpace scratch, ICatalog catalog, IngestOptions options) : IIngestor, IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(
        options.MaxConcurrent, () => BusyErrors.TooMany("too_many_ingests", "ingests", options.MaxConcurrent, "ingest.max_concurrent"));

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

    public void Dispose() => _limiter.Dispose();

    private async Task<IngestResult> IngestAsync(
        IngestRequest request, IAsyncEnumerable<IngestSource> files, string folder, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await using var upload = new CsvUpload(request.Reading, options, folder);
        await upload.ReadAsync(files, cancellationToken);
        var segments = await upload.ConvertAsync(cancellationToken);
        var columns = upload.Schema.Columns;
        var plan = await catalog.PlanAsync(request.Name, columns, [.. segments.Select(s => s.Sha256)], cancellationToken);
        var stored = new List<OfferedFile>(segments.Count);
        long bytesWritten = 0;
        for (var i = 0; i < segments.Count; i++)
        {
            var info = await store.ImportAsync(plan.Keys[i], segments[i].Path, cancellationToken);
            stored.Add(new OfferedFile(plan.Keys[i], segments[i].Segment.RowCount, segments[i].Sha256));
            bytesWritten += info.SizeBytes;
        }

        // From here on, the commit is not cancelled when the client disconnects.
        var commit = new DatasetCommit(request.Name, plan.Fingerprint, columns, stored, upload.RowCount, "ingest");
        var result = await catalog.CommitAsync(commit, CancellationToken.None);
        return new IngestResult(result.Manifest, result.IsUnchanged, bytesWritten, upload.Reading, Stopwatch.GetElapsedTime(started));
    }
}
