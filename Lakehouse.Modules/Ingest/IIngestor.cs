using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest;

/// <summary>Ingests files into datasets.</summary>
public interface IIngestor
{
    /// <summary>
    /// Reads CSV files and makes their rows, in this order, the newest version of a dataset. When this returns, the version survives a crash and
    /// queries see it; when it throws, nothing has changed.
    /// </summary>
    /// <param name="request">The dataset, and how to read the file.</param>
    /// <param name="files">The files, one or more, with the same columns. Each is read to its end before the next one is asked for.</param>
    /// <param name="progress">Is told how far it is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException">
    /// <c>csv_*</c> (<see cref="ErrorKind.Unprocessable"/>): the file is not CSV, with line and column.
    /// <c>unsupported_format</c> (<see cref="ErrorKind.UnsupportedMedia"/>): it is something else. <c>invalid_gzip</c> (Unprocessable): it cannot be unpacked.
    /// <c>schema_conflict</c>, <c>name_conflict</c> (<see cref="ErrorKind.Conflict"/>). <c>file_too_large</c> (<see cref="ErrorKind.TooLarge"/>).
    /// <c>too_many_ingests</c> (<see cref="ErrorKind.Busy"/>). <c>disk_full</c> (<see cref="ErrorKind.InsufficientStorage"/>).
    /// </exception>
    Task<IngestResult> IngestAsync(
        IngestRequest request, IAsyncEnumerable<IngestSource> files, IIngestProgress? progress, CancellationToken cancellationToken);

    /// <summary>Tells what an ingest would make of the first of some files, from its first <c>ingest.preview_bytes</c>. Registers nothing.</summary>
    /// <param name="reading">How to read it.</param>
    /// <param name="files">The files; the rest of them is read and not looked at.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LakehouseException">As of <see cref="IngestAsync"/>, of what its beginning holds.</exception>
    Task<IngestPreview> PreviewAsync(ReadOptions reading, IAsyncEnumerable<IngestSource> files, CancellationToken cancellationToken);
}
