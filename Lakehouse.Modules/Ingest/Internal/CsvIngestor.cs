using System.Diagnostics;
using Lakehouse.Catalog;
using Lakehouse.Core.Concurrency;
using Lakehouse.Core.Errors;
using Lakehouse.Core.Names;
using Lakehouse.Storage;

namespace Lakehouse.Ingest.Internal;

/// <summary>
/// An ingest from the first byte to the commit. While the body arrives it is scanned and spooled in segments, and segments that are complete are
/// converted beside that. When a late value changes a column's type, the segments that were read otherwise are converted again. Then, in this
/// order: data files into the bucket, manifest, memory. A crash before the manifest leaves orphans and no change.
/// </summary>
internal sealed class CsvIngestor(IObjectStore store, IScratchSpace scratch, ICatalog catalog, IngestOptions options) : IIngestor, IDisposable
{
    private readonly Places _places = new(options.MaxConcurrent, () => new LakehouseException(
        ErrorKind.Busy, "too_many_ingests", $"All {options.MaxConcurrent} places for ingests are taken. Try again in 5 seconds, or raise ingest.max_concurrent.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    });

    public async Task<IngestResult> IngestAsync(IngestRequest request, Stream content, CancellationToken cancellationToken)
    {
        using var place = await _places.TakeAsync(cancellationToken);
        try
        {
            using var folder = scratch.Create();
            return await IngestAsync(request, content, folder.Path, cancellationToken);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            throw StorageFault.Translate(fault);
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task<IngestResult> IngestAsync(IngestRequest request, Stream content, string folder, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await using var upload = new CsvUpload(content, request, options, folder);
        await upload.ReadAsync(cancellationToken);
        var segments = await upload.ConvertAsync(cancellationToken);
        var columns = upload.Schema.Columns;
        var fingerprint = SchemaFingerprint.Compute(columns.Select(c => (c.Name, c.Type)));
        catalog.RequireSchema(request.Name, fingerprint, columns);

        // A file that is there is used again when the newest version names it, which is looked up anew: one of an older version may be collected before this
        // ingest commits.
        if (segments.Any(s => FindKnown(request.Name, s.Sha256) is not null))
        {
            await catalog.RefreshAsync(request.Name, cancellationToken);
        }

        var files = new List<DataFile>(segments.Count);
        foreach (var segment in segments)
        {
            var key = FindKey(request.Name, fingerprint, segment.Sha256, files);
            var stored = await store.ImportAsync(key, segment.Path, cancellationToken);
            files.Add(new DataFile(key, stored.SizeBytes, segment.Segment.RowCount, segment.Sha256));
        }

        // The client may go away from here on: what is stored is committed.
        var commit = new DatasetCommit(request.Name, fingerprint, columns, files, upload.RowCount);
        var result = await catalog.CommitAsync(commit, CancellationToken.None);
        return new IngestResult(
            result.Manifest, result.IsUnchanged, upload.BytesRead, files.Sum(f => f.SizeBytes), (char)upload.Delimiter, Stopwatch.GetElapsedTime(started));
    }

    private ObjectKey FindKey(DatasetName name, string fingerprint, string sha256, List<DataFile> stored) =>
        (stored.Find(o => o.Sha256 == sha256) ?? FindKnown(name, sha256))?.Key ?? DataFileKey.New(name, fingerprint, sha256);

    private DataFile? FindKnown(DatasetName name, string sha256) => catalog.Find(name)?.Objects.FirstOrDefault(o => o.Sha256 == sha256 && DataFileKey.IsOf(o.Key, sha256));
}
