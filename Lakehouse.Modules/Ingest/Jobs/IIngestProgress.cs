namespace Lakehouse.Ingest;

/// <summary>Is told how far an ingest is. Thread-safe.</summary>
public interface IIngestProgress
{
    /// <summary>Tells that it has begun: before that it may wait for others, and be refused because they are too many.</summary>
    void Begin();

    /// <summary>Tells how much has come.</summary>
    /// <param name="bytes">The bytes so far.</param>
    /// <param name="rows">The rows that were found in them.</param>
    void Read(long bytes, long rows);

    /// <summary>Tells how many more rows are in data files.</summary>
    void Converted(long rows);

    /// <summary>Tells that all files have come.</summary>
    void End();

    /// <summary>Completes when it may be committed.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task WaitForTurnAsync(CancellationToken cancellationToken);
}
