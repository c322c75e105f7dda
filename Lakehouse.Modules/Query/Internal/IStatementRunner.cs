using Lakehouse.Query.Internal.Engine;

namespace Lakehouse.Query.Internal;

/// <summary>Runs statements, in this process or in another. Thread-safe.</summary>
internal interface IStatementRunner
{
    /// <summary>Starts a statement; the first bytes of its answer are ready when this returns.</summary>
    /// <param name="request">The statement.</param>
    /// <param name="timeout">How long the engine may work on it.</param>
    /// <param name="lease">
    /// Disposed of when the engine has stopped the statement, or was killed or retired because it did not; this can be after the request has ended.
    /// </param>
    /// <param name="query">Told when an engine works on it; null for a statement of another module.</param>
    /// <param name="cancellationToken">Stops the statement.</param>
    Task<IRunningStatement> StartAsync(
        StatementRequest request, TimeSpan timeout, IDisposable lease, RunningQuery? query, CancellationToken cancellationToken);
}
