namespace Lakehouse.Ingest.Internal.Http;

/// <summary>A job over HTTP.</summary>
internal sealed record JobResponse(
    string Id,
    string Name,
    string State,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    long BytesRead,
    long? BytesTotal,
    long RowsRead,
    double? Fraction,
    IngestJobResult? Result,
    IngestJobError? Error)
{
    public static JobResponse From(IngestJob job) => new(
        job.Id,
        job.Name.Value,
        job.State.ToString().ToLowerInvariant(),
        job.StartedAt,
        job.EndedAt,
        job.BytesRead,
        job.BytesTotal,
        job.RowsRead,
        job.Fraction is { } fraction ? Math.Round(fraction, 3) : null,
        job.Result,
        job.Error);
}
