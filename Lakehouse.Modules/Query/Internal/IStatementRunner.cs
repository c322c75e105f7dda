using Lakehouse.Query.Internal.Engine;

namespace Lakehouse.Query.Internal;

/// <summary>Runs statements, in this process or in another. Thread-safe.</summary>
internal interface IStatementRunner
{
    /// <summary>Starts a statement; the first bytes of its answer are there when this returns.</summary>
    /// <param name="request">The statement.</param>
    /// <param name="timeout">How long the engine may work on it.</param>
    /// <param name="lease">Is disposed of when the engine has really let go of the statement, which can be later than anybody waits for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IRunningStatement> StartAsync(StatementRequest request, TimeSpan timeout, IDisposable lease, CancellationToken cancellationToken);
}
