namespace Lakehouse.Audit;

/// <summary>What becomes of the audit's rows. Thread-safe.</summary>
public interface IAuditState
{
    /// <summary>The rows that wait to be written.</summary>
    int WaitingCount { get; }

    /// <summary>The requests without a row since the start.</summary>
    long DroppedCount { get; }
}
