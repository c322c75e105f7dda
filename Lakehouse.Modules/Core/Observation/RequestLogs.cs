namespace Lakehouse.Core.Observation;

/// <summary>Every log of requests that is on. Thread-safe.</summary>
/// <param name="logs">All of them.</param>
public sealed class RequestLogs(IEnumerable<IRequestLog> logs)
{
    private readonly IRequestLog[] _logs = [.. logs.Where(l => l.IsOn)];

    /// <summary>Whether any is on.</summary>
    public bool IsOn => _logs.Length > 0;

    /// <summary>Gives a request that has ended to each.</summary>
    public void Add(RequestRecord record)
    {
        foreach (var log in _logs)
        {
            log.Add(record);
        }
    }
}
