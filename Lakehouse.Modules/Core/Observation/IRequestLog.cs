namespace Lakehouse.Core.Observation;

/// <summary>Keeps or counts what is known of each request. There can be several. Thread-safe.</summary>
public interface IRequestLog
{
    /// <summary>Whether it wants requests. Where none does, nobody needs to describe them.</summary>
    bool IsOn { get; }

    /// <summary>Takes a request that has ended. Never throws and never waits: one for which there is no room is dropped and counted.</summary>
    void Add(RequestRecord record);
}
