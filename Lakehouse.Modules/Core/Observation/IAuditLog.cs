namespace Lakehouse.Core.Observation;

/// <summary>Keeps what is known of each request. Thread-safe.</summary>
public interface IAuditLog
{
    /// <summary>Whether requests are kept. Where they are not, nobody needs to describe them.</summary>
    bool IsOn { get; }

    /// <summary>Takes a request that has ended. Never throws and never waits: one for which there is no room is dropped and counted.</summary>
    void Add(RequestRecord record);
}
