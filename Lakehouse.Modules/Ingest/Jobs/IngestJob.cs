using Lakehouse.Core.Names;

namespace Lakehouse.Ingest;

/// <summary>An ingest that runs, or one that its sender did not wait for and that has ended.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The dataset.</param>
/// <param name="State">What has become of it.</param>
/// <param name="StartedAt">When it began, UTC.</param>
/// <param name="EndedAt">When it ended, UTC; null while it runs.</param>
/// <param name="BytesRead">The bytes that have come so far.</param>
/// <param name="BytesTotal">How many there are; null where the sender did not say.</param>
/// <param name="RowsRead">The rows that were found in them.</param>
/// <param name="Fraction">How much of the work is done, from 0 to 1; null where that is not known.</param>
/// <param name="Result">What it did, once it is done.</param>
/// <param name="Error">Why it failed.</param>
public sealed record IngestJob(
    string Id,
    DatasetName Name,
    IngestJobState State,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    long BytesRead,
    long? BytesTotal,
    long RowsRead,
    double? Fraction,
    IngestJobResult? Result,
    IngestJobError? Error);
