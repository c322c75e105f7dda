using Lakehouse.Core.Errors;

namespace Lakehouse.Ingest;

/// <summary>The ingests of this process: those that run, and the last of those that nobody waited for. Thread-safe.</summary>
public interface IIngestJobs
{
    /// <summary>Runs an ingest to its end.</summary>
    /// <param name="request">As of <see cref="IIngestor.IngestAsync"/>.</param>
    /// <param name="files">The files.</param>
    /// <param name="bytesTotal">The bytes of all of them; null where that is not known.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="LakehouseException">As of <see cref="IIngestor.IngestAsync"/>; <c>ingest_cancelled</c> (<see cref="ErrorKind.Cancelled"/>).</exception>
    Task<IngestResult> RunAsync(IngestRequest request, IAsyncEnumerable<IngestSource> files, long? bytesTotal, CancellationToken cancellationToken);

    /// <summary>Runs an ingest that goes on by itself when its files have come. Its job is known after a restart, as failed if it had not ended.</summary>
    /// <param name="request">As of <see cref="IIngestor.IngestAsync"/>.</param>
    /// <param name="files">The files.</param>
    /// <param name="bytesTotal">The bytes of all of them; null where that is not known.</param>
    /// <param name="isReceived">Whether the files do not come from the caller, who need not wait until they are read.</param>
    /// <param name="cancellationToken">Cancels it, until the files have come.</param>
    /// <returns>The job, once its files have come.</returns>
    /// <exception cref="LakehouseException">It failed before; as of <see cref="RunAsync"/>.</exception>
    Task<IngestJob> StartAsync(
        IngestRequest request, IAsyncEnumerable<IngestSource> files, long? bytesTotal, bool isReceived, CancellationToken cancellationToken);

    /// <summary>The jobs, the newest first.</summary>
    IReadOnlyList<IngestJob> List();

    /// <summary>A job as it is now.</summary>
    /// <exception cref="LakehouseException"><c>job_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    IngestJob Find(string id);

    /// <summary>A job now, whenever it has got further, and at its end.</summary>
    /// <exception cref="LakehouseException"><c>job_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    IAsyncEnumerable<IngestJob> WatchAsync(string id, CancellationToken cancellationToken);

    /// <summary>Cancels a job, and waits until nothing is left of it. One that has committed its version meanwhile is done.</summary>
    /// <exception cref="LakehouseException"><c>job_not_found</c> (<see cref="ErrorKind.NotFound"/>).</exception>
    Task<IngestJob> CancelAsync(string id);
}
